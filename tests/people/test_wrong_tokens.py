"""Who sends many wrong tokens has to wait."""

from __future__ import annotations

import pytest

from recognition.people.authentication import wrong_tokens

ADDRESS = "192.0.2.7"


def guess(address: str = ADDRESS, times: int = wrong_tokens.MOST) -> int:
    return [wrong_tokens.was_wrong(address, f"digest {n}") for n in range(times)][-1]


def test_a_few_are_free() -> None:
    assert guess() == 0
    assert wrong_tokens.wait_s(ADDRESS, "any") == 0


def test_more_have_to_wait() -> None:
    guess()
    assert 0 < wrong_tokens.was_wrong(ADDRESS, "another") <= wrong_tokens.PERIOD_S
    assert 0 < wrong_tokens.wait_s(ADDRESS, "any") <= wrong_tokens.PERIOD_S


def test_other_addresses_do_not() -> None:
    guess(times=wrong_tokens.MOST + 1)
    assert wrong_tokens.wait_s("192.0.2.8", "any") == 0


def test_who_has_an_ipv6_network_has_one_address() -> None:
    guess("2001:db8::1", wrong_tokens.MOST + 1)
    assert wrong_tokens.wait_s("2001:db8::ffff", "any") > 0
    assert wrong_tokens.wait_s("2001:db8:0:1::1", "any") == 0


def test_a_token_that_was_right_lately_goes_on() -> None:
    wrong_tokens.was_right("good")
    guess(times=wrong_tokens.MOST + 1)
    assert wrong_tokens.wait_s(ADDRESS, "good") == 0
    wrong_tokens.was_wrong(ADDRESS, "good")  # revoked meanwhile
    assert wrong_tokens.wait_s(ADDRESS, "good") > 0


def test_another_process_knows_after_one_more() -> None:
    guess(times=wrong_tokens.MOST + 1)
    wrong_tokens.forget()
    assert wrong_tokens.wait_s(ADDRESS, "any") == 0
    assert wrong_tokens.was_wrong(ADDRESS, "any") > 0


@pytest.mark.usefixtures("no_redis")
def test_without_redis_each_process_counts_alone() -> None:
    guess("192.0.2.99")
    assert wrong_tokens.was_wrong("192.0.2.99", "another") > 0


def test_a_flood_of_addresses_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrong_tokens, "_MOST_REMEMBERED", 10)
    for number in range(100):
        wrong_tokens.was_right(str(number))
    assert len(wrong_tokens._right) <= 10
