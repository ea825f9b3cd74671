"""Rows of the ledgers: instants as microseconds, exact over all years that an event may name."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.registry.enrolment import enrolment_fact, unit_of
from services.registry.rows import enrolment_row
from tests.unit.building import enrolled
from tests.unit.test_shared_envelope import INSTANTS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SAID, RECORDED = 9, 12


@given(INSTANTS, st.none() | INSTANTS)
def test_instants_are_the_same_microsecond_in_any_zone(time: datetime, recorded: datetime | None) -> None:
    event = replace(enrolled(1, "2025-03-03"), time=time, recordedtime=recorded)
    row: tuple[Any, ...] = enrolment_row(event, unit_of(event), enrolment_fact(event), True)
    assert EPOCH + timedelta(microseconds=row[SAID]) == time
    assert EPOCH + timedelta(microseconds=row[RECORDED]) == (recorded or time)
