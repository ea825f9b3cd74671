"""Re-keying, erasing and handing out, on a real Kafka with a gateway and the registry."""

from typing import Any

import pytest

from patuh.embedded.kafka import KafkaNode
from patuh.embedded.postgres import PostgresNode
from patuh.privacy import erasing, exporting
from patuh.privacy.rekeying import rekey
from services.gateway.vault import VaultError
from services.registry.past import facts_of
from services.registry.wages import in_force
from shared import topics
from shared.events import Event, decode
from shared.events.data import CoverageChanged
from shared.service import Service
from tests.service.gateway_stage import FIRM, LPSE, PROJECT, SIPP, about_worker, completed
from tests.service.parts import Place, Stream, kafka, place, stream
from tests.service.privacy_stage import (
    BOSS,
    FIRST,
    NIK,
    SECOND,
    THIRD,
    WOMAN,
    Secrets,
    custody,
    door,
    registry,
    settled,
    table,
)

__all__ = ["kafka", "place", "stream"]


ALL = (NIK, WOMAN, THIRD, BOSS)
# Nobody whom other tests speak of: a re-keying reads the topics from their beginning.
OTHERS = ("9972020101900001", "9972024107900001", "9972020203850003", "9972021508700004")


def enrolments(mark: str, people: tuple[str, str, str, str] = ALL) -> list[dict[str, Any]]:
    """Four workers, of whom one is her own employer and one works for a natural person; one taken back."""
    man, woman, third, boss = people
    gone = about_worker(f"{mark}-5", f"worker:{third}")
    return [
        about_worker(f"{mark}-1", f"worker:{man}"),
        about_worker(f"{mark}-2", f"worker:{woman}", project=PROJECT, wage_idr=3_100_000, region="32.72"),
        about_worker(f"{mark}-3", f"worker:{third}", employer=f"employer:{boss}"),
        about_worker(f"{mark}-4", f"worker:{boss}", employer=None),
        gone,
        taking_back(f"{mark}-6", gone),
    ]


def taking_back(name: str, fact: dict[str, Any]) -> dict[str, Any]:
    data = {"source": fact["source"], "id": fact["id"], "reason": "entered by mistake"}
    kind = "id.patuh.fact.retracted.v1"
    return completed(name, source=SIPP, type=kind, subject=fact["subject"], data=data)


async def coverage(service: Service) -> dict[str, CoverageChanged]:
    """The coverage of every subject, from the facts that stand; subjects without any are left out."""
    async with service.database.transaction() as transaction:
        rows = await transaction.rows("SELECT subject FROM coverage")
        subjects = {row.subject for row in rows}
        told = (await facts_of(transaction, subjects, None)).snapshots(subjects, in_force())
    return {subject: one for subject, one in told.items() if one.steps}


async def sent(stream: Stream, *wanted: topics.Topic) -> list[Event]:
    records = [record for topic in wanted for record in await stream.new(topic)]
    return [decode(record.value, record.headers) for record in records]


async def test_the_coverage_after_re_keying_is_that_of_before(
    kafka: KafkaNode, postgres: PostgresNode, place: Place, stream: Stream
) -> None:
    with pytest.raises(VaultError, match="one key"):
        await rekey(custody(kafka, postgres), "op")
    async with registry(place) as service:
        async with door(kafka, postgres) as agency:
            assert (await agency.batch(enrolments("rk", OTHERS))).json()["accepted"] == 6
        await settled(service)
        before = await coverage(service)
        known = custody(kafka, postgres, SECOND)
        newer = {known.pseudonyms.references(n)[1]: known.pseudonyms.references(n)[2] for n in OTHERS}
        expected = {renamed(subject, newer): one for subject, one in before.items()}
        assert len(before) == len(expected) == 4

        told = await rekey(known, "op")
        assert told.rekeyed >= 4
        assert told.retracted >= 1
        await settled(service)
        after = await coverage(service)
        assert {s: one.steps for s, one in after.items()} == {s: one.steps for s, one in expected.items()}

        assert (await rekey(known, "op")).rekeyed == 0, "what was read is not read again"
        assert (await rekey(known, "op", again=True)).rekeyed >= 4
        await settled(service)
        assert await coverage(service) == after

        async with door(kafka, postgres, SECOND, fresh=False) as agency:
            again = (await agency.batch(enrolments("rk", OTHERS)[:4])).json()
            assert (again["duplicates"], again["rejected"]) == (4, []), "sent once more it says the same"
            for number, fact in enumerate(enrolments("rk", OTHERS)[:4]):
                assert (await agency.send(taking_back(f"rk-r{number}", fact))).status_code == 202
        await settled(service)
        assert await coverage(service) == {}, "a sender takes back the copy with the fact"
    assert all(event.kind.topic in topics.FACTS for event in await sent(stream, topics.WORKERS))


def renamed(subject: str, newer: dict[str, str]) -> str:
    return subject[:-40] + newer[subject[-40:]] if subject[-40:] in newer else subject


async def test_what_the_vault_does_not_hold_is_not_re_keyed_and_said(
    kafka: KafkaNode, postgres: PostgresNode, place: Place
) -> None:
    async with door(kafka, postgres, Secrets(vault_key=None)) as agency:
        await agency.batch([about_worker("nv-1", "worker:9972010505910007")])
    known = custody(kafka, postgres, SECOND)
    told = await rekey(known, "op")
    assert known.pseudonyms.references("9972010505910007")[1] in told.unknown
    assert told.not_in_vault >= 1


async def test_a_person_is_handed_out_and_forgotten(
    kafka: KafkaNode, postgres: PostgresNode, place: Place, stream: Stream
) -> None:
    someone = "9972016606920009"
    known = custody(kafka, postgres, FIRST)
    references = known.pseudonyms.references(someone)
    async with registry(place) as service:
        async with door(kafka, postgres) as agency:
            facts = [
                about_worker("er-1", f"worker:{someone}", wage_idr=3_000_000),
                about_worker("er-2", f"worker:{NIK}", employer=f"employer:{someone}", wage_idr=2_000_000),
            ]
            kind = "id.patuh.employer.registered.v1"
            boss = {"name": "Ani Lestari", "npwp": someone}
            facts += [completed("er-3", source=LPSE, type=kind, subject=f"employer:{someone}", data=boss)]
            assert (await agency.batch(facts)).json()["accepted"] == 3
        await settled(service)

        copy = await exporting.export(known, references, someone, "R. Dewi")
        assert {f["id"] for f in copy["facts"]} == {"er-1", "er-2", "er-3"}
        assert [f["data"]["wage_idr"] for f in copy["facts"] if f["id"] == "er-1"] == [3_000_000]
        assert [f["data"] for f in copy["facts"] if f["id"] == "er-2"] == [None], "another person's wage"
        assert [(v["nik"], v["name"]) for v in copy["vault"]] == [(someone, "Ani Lestari")]
        assert [one["who"] for one in copy["look_ups"]] == ["R. Dewi"]

        held = await erasing.held(known, set(references.values()))
        assert (held.vault, held.as_worker, held.as_employer) == (1, 1, 2)
        assert await erasing.erase(known, set(references.values()), "op", "UU 27/2022 art. 43") == 1
        await settled(service)
        rows = await table(service.database, "SELECT worker FROM enrolment ORDER BY worker")
        assert rows == [(f"worker:{known.pseudonyms.references(NIK)[1]}",)]
        assert FIRM not in await coverage(service)
        async with known.database() as database:
            sql = "SELECT purpose FROM vault_audit WHERE reference = $1 ORDER BY id"
            purposes = await table(database, sql, references[1])
        assert purposes[-1] == ("erased: UU 27/2022 art. 43",)
        after = await exporting.export(known, references, someone, "R. Dewi")
        assert after["vault"] == []


async def test_no_nik_is_anywhere(
    kafka: KafkaNode, postgres: PostgresNode, place: Place, stream: Stream, capfd: pytest.CaptureFixture[str]
) -> None:
    """No NIK in any topic, table, log or answer, and none in clear in the vault."""
    niks, answers = (NIK, WOMAN, THIRD, BOSS), []
    async with registry(place) as service:
        async with door(kafka, postgres) as agency:
            spaced = f"Rumah {NIK[:6]}-{NIK[6:12]}.{NIK[12:]}"
            wrong = [
                about_worker(f"x-{WOMAN}", f"worker:{WOMAN}"),
                about_worker("nn-7", f"worker:{WOMAN[:-4]}0000"),
                about_worker("nn-8", f"worker:{WOMAN}", region=WOMAN, nik=THIRD),
                about_worker("nn-6b", f"worker:{WOMAN}", employer=f"employer:{THIRD}") | {"source": "urn:a"},
                about_worker("nn-6c", f"worker:{WOMAN}") | {"source": f"urn:{WOMAN}"},
                completed("nn-9", type="id.patuh.employer.updated.v1", subject=FIRM, data={"name": spaced}),
            ]
            answers.append((await agency.batch([*enrolments("nn"), *wrong])).text)
            answers += [(await agency.send(event)).text for event in wrong]
        await settled(service)
        dumps = [await dump(service.database)]
    async with custody(kafka, postgres).database() as database:
        dumps.append(await dump(database))
    said = capfd.readouterr()
    texts = [*answers, *dumps, said.out, said.err]
    for topic in topics.ALL:
        for record in await stream.new(topic):
            texts.append(repr((record.key, record.value, record.headers)))
    assert "nn-1" in dumps[1]
    for text in texts:
        for nik in niks:
            # Bytes are shown by PostgreSQL in hexadecimal.
            assert nik not in text
            assert nik.encode().hex() not in text
            assert f"{nik[:6]}-{nik[6:12]}.{nik[12:]}" not in text


async def dump(database: Any) -> str:
    names = await table(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return "\n".join(
        [row[0] for (name,) in names for row in await table(database, f'SELECT t::text FROM "{name}" t')]
    )
