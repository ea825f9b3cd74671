"""What the gateway remembers: no more than it may, the latest, and who is publishing."""

import asyncio

from services.gateway.recent import Recent


def test_the_oldest_are_forgotten() -> None:
    recent = Recent(3)
    recent.remember((("urn:a", f"{n}"), n) for n in range(5))
    assert [recent.said(("urn:a", f"{n}")) for n in range(5)] == [None, None, 2, 3, 4]
    recent.remember([(("urn:b", "4"), 9)])
    assert (recent.said(("urn:b", "4")), recent.said(("urn:a", "2")), len(recent)) == (9, None, 3)


def test_the_first_that_was_said_stands() -> None:
    recent = Recent(3)
    recent.remember([(("urn:a", "1"), 1), (("urn:a", "1"), 2)])
    assert recent.said(("urn:a", "1")) == 1


async def test_a_claim_ends_for_all_who_wait() -> None:
    recent, ours = Recent(3), asyncio.get_running_loop().create_future()
    recent.claim(("urn:a", "1"), ours)
    waiting = recent.claimed(("urn:a", "1"))
    assert waiting is ours
    recent.release([("urn:a", "1")], ours)
    await asyncio.wait_for(waiting, 1)
    assert recent.claimed(("urn:a", "1")) is None
