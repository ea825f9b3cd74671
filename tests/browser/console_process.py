"""The console as a process of its own, with a PostgreSQL and a Kafka to read from."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from tenacity import retry, stop_after_delay, wait_fixed

from patuh.embedded.kafka import KafkaNode
from patuh.embedded.lifetime import Child, last_lines, spawn
from patuh.embedded.ports import free_port
from shared.events import Event
from shared.producer import Message, Producer, message
from shared.settings import Settings
from tests.browser.console_stage import TODAY, postgres

_UVICORN = [sys.executable, "-m", "uvicorn", "services.console.app:app", "--host", "127.0.0.1", "--port"]


class Running:
    """A running console: its address, and its Kafka to publish on."""

    def __init__(self, address: str, settings: Settings) -> None:
        self.address, self._settings = address, settings

    async def tell(self, *events: Event) -> None:
        """Publish events."""
        await self.send(*[message(each) for each in events])

    async def send(self, *messages: Message) -> None:
        """Publish messages, whatever they are."""
        producer = Producer(self._settings)
        await producer.start()
        try:
            await producer.publish(messages)
        finally:
            await producer.stop()


@contextmanager
def running_console(folder: Path) -> Iterator[Running]:
    """Start it all in `folder`, and stop it at the end. Raises when the console does not become healthy."""
    with ExitStack() as stack:
        node = stack.enter_context(postgres(folder / "postgres"))
        node.create_databases(["console"])
        broker = KafkaNode(folder / "kafka")
        stack.callback(broker.stop)
        broker.start()
        environment = {
            "PATUH_SERVICE": "console",
            "PATUH_TODAY": TODAY.isoformat(),
            "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap,
            "DATABASE_URL": node.dsn("console"),
        }
        port, log = free_port(), folder / "console.log"
        child = spawn([*_UVICORN, str(port)], log=log, pid_file=folder / "console.pid.json", env=environment)
        stack.callback(child.stop, 15)
        address = f"http://127.0.0.1:{port}"
        _wait_until_healthy(address, child, log)
        yield Running(address, Settings.model_validate(environment))


@retry(wait=wait_fixed(0.2), stop=stop_after_delay(60), reraise=True)
def _wait_until_healthy(address: str, child: Child, log: Path) -> None:
    try:
        httpx.get(f"{address}/health").raise_for_status()
    except httpx.HTTPError as error:
        state = "runs" if child.alive() else "ended"
        raise RuntimeError(f"the console {state}; end of its log:\n{last_lines(log)}") from error
