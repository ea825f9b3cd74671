"""The stack: one per folder, loud about a stand-in, leaves alone what others run, revives what dies."""

import asyncio
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from patuh.embedded.errors import AlreadyRunningError, PartFailedError
from patuh.embedded.holds import holding
from patuh.embedded.ports import free_port
from patuh.embedded.stack import ServiceSpec, Stack
from patuh.embedded.state import read_state

IN_MEMORY = {"PATUH_BROKER": "in-memory"}
EXTERNAL = {
    "KAFKA_BOOTSTRAP_SERVERS": "kafka.example:9092",
    "DATABASE_URL": "postgresql://app:pw@db.example:5432/main?sslmode=require",
}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack whose broker and databases are run by others: only the inbox and services are started."""
    stack = Stack(tmp_path / "data", announce=print, databases=["employer"], environ=EXTERNAL)
    stack.start_parts()
    yield stack
    stack.stop()


def web_service(name: str = "web") -> ServiceSpec:
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    return ServiceSpec(name, command, {}, f"http://127.0.0.1:{port}/")


def wait_for_restarts(stack: Stack, name: str, count: int) -> None:
    deadline = time.monotonic() + 15
    while stack.restarts(name) < count:
        assert time.monotonic() < deadline, f"{name} was not started again"
        time.sleep(0.05)


async def echo(bootstrap: str, value: bytes) -> bytes:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        await producer.send_and_wait("patuh.test", value, key=b"k")
    async with (
        AIOKafkaConsumer(
            "patuh.test", bootstrap_servers=bootstrap, group_id="g", auto_offset_reset="earliest"
        ) as consumer,
        asyncio.timeout(20),
    ):
        record = await consumer.getone()
        return bytes(record.value or b"")


def test_the_stand_in_carries_messages_and_says_loudly_what_it_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Stack(tmp_path, announce=print, databases=["employer"], environ=IN_MEMORY) as stack:
        parts = stack.start_parts()
        assert parts.broker_kind == "in-memory-fallback"
        assert asyncio.run(echo(parts.bootstrap, b"hello")) == b"hello"
    (warning,) = parts.warnings
    assert "NOT Apache Kafka" in warning
    assert "Nothing is kept on disk" in warning
    assert "never use it for real work" in warning
    assert "NOT Apache Kafka" in capfd.readouterr().err


def test_a_folder_has_one_stack(stack: Stack) -> None:
    with pytest.raises(AlreadyRunningError, match="already runs"):
        Stack(stack.data, announce=print, environ=EXTERNAL).start_parts()
    start = "import sys, pathlib; from patuh.embedded.stack import Stack; "
    start += "Stack(pathlib.Path(sys.argv[1]), announce=print).start_parts()"
    other = subprocess.run([sys.executable, "-c", start, str(stack.data)], capture_output=True, text=True)
    assert other.returncode == 1
    assert "AlreadyRunningError" in other.stderr
    assert read_state(stack.data) is not None, "the refused ones left the first one's state alone"


def test_parts_of_others_are_used_and_not_started(stack: Stack) -> None:
    state = read_state(stack.data)
    assert state is not None
    assert set(state["processes"]) == {"inbox"}
    assert state["parts"]["bootstrap"] == "kafka.example:9092"
    assert state["parts"]["dsns"] == {
        "employer": "postgresql://app:pw@db.example:5432/employer?sslmode=require"
    }


def test_a_database_url_may_name_the_place_of_the_service(tmp_path: Path) -> None:
    environ = {**EXTERNAL, "DATABASE_URL": "postgresql://{service}:pw@db.example/patuh_{service}"}
    with Stack(tmp_path, announce=print, databases=["registry"], environ=environ) as stack:
        dsns = stack.start_parts().dsns
    assert dsns == {"registry": "postgresql://registry:pw@db.example/patuh_registry"}


def test_a_killed_service_is_started_again_and_found_in_the_state_file(stack: Stack) -> None:
    stack.start_service(web_service())
    stack.wait_healthy("web", timeout=15)
    first = stack.pid("web")

    stack.kill_service("web")
    wait_for_restarts(stack, "web", 1)
    stack.wait_healthy("web", timeout=15)

    state = read_state(stack.data)
    assert state is not None
    assert state["processes"]["web"] == {"pid": stack.pid("web"), "restarts": 1}
    assert stack.pid("web") != first


def test_a_stopped_service_stays_down_until_started(stack: Stack) -> None:
    stack.start_service(web_service())
    stack.wait_healthy("web", timeout=15)
    stack.stop_member("web")
    time.sleep(1)
    with pytest.raises(PartFailedError):
        stack.wait_healthy("web", timeout=0.2)
    stack.start_member("web")
    stack.wait_healthy("web", timeout=15)
    assert stack.restarts("web") == 0


def test_another_command_keeps_a_service_stopped_for_a_while(stack: Stack) -> None:
    stack.start_service(web_service())
    stack.wait_healthy("web", timeout=15)
    with holding(stack.data, "web"):
        with pytest.raises(PartFailedError):
            stack.wait_healthy("web", timeout=0.5)
        with pytest.raises(PartFailedError, match="held by another command"), holding(stack.data, "web"):
            pass
    stack.wait_healthy("web", timeout=15)


def test_a_held_service_is_started_again_when_its_holder_is_killed(stack: Stack) -> None:
    stack.start_service(web_service())
    stack.wait_healthy("web", timeout=15)
    hold = "import pathlib, sys, time; from patuh.embedded.holds import holding\n"
    hold += "with holding(pathlib.Path(sys.argv[1]), 'web'): print('held', flush=True); time.sleep(600)"
    command = [sys.executable, "-c", hold, str(stack.data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(PartFailedError):
            stack.wait_healthy("web", timeout=0.2)
        holder.kill()
    stack.wait_healthy("web", timeout=15)


def test_a_service_that_cannot_live_is_reported_with_the_end_of_its_log(stack: Stack) -> None:
    dying = [sys.executable, "-c", "raise SystemExit('no such setting: X')"]
    stack.start_service(ServiceSpec("dying", dying, {}, "http://127.0.0.1:1/"))
    with pytest.raises(PartFailedError, match="no such setting: X"):
        stack.wait_healthy("dying", timeout=60)
    assert stack.restarts("dying") == 3


def test_the_state_file_is_private_and_gone_after_the_stop(stack: Stack) -> None:
    file = stack.data / "stack.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    stack.stop()
    assert not file.exists()
