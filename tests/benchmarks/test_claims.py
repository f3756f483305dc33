"""The benchmark of claims counts rightly, and would see a row that was claimed twice."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.contrib.auth.models import User

from benchmarks import claims
from benchmarks.claims import Claimed, Round
from recognition.models import ModelVersion, Prediction, State
from tests.support.rows import add_photo, settled_photo

ONE, OTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))


def test_rates_are_those_of_all_processes_from_the_first_begin_to_the_last_end() -> None:
    seen = Round([Claimed(1.0, 3.0, [ONE, OTHER], [5.0, 7.0]), Claimed(2.0, 5.0, [THIRD], [9.0])])
    assert seen.claims_per_s == pytest.approx(3 / 4)
    assert seen.rows_per_s == pytest.approx(3 / 4)
    assert claims.told(2, seen)[:4] == ("2", "1", "1", "7.0 ms")


def test_a_row_that_two_processes_claim_is_seen() -> None:
    assert Round([Claimed(0, 1, [ONE, OTHER]), Claimed(0, 1, [THIRD])]).twice == 0
    seen = Round([Claimed(0, 1, [ONE, OTHER]), Claimed(0, 1, [OTHER])])
    assert (seen.twice, seen.distinct) == (1, 2)


def test_a_process_claims_all_that_wait_by_sixteen(uploader: User, version: ModelVersion) -> None:
    for _ in range(17):
        add_photo(uploader)
    claimed = claims.claim_all()
    assert len(claimed.taken_ms) == 2
    assert set(claimed.rows) == set(Prediction.objects.values_list("id", flat=True))
    assert set(Prediction.objects.values_list("state", "attempts")) == {(State.RUNNING, 1)}
    assert claims.claim_all().rows == []


@pytest.mark.django_db(transaction=True)  # which a VACUUM may not be part of
def test_answered_rows_wait_again_for_the_next_round(uploader: User, version: ModelVersion) -> None:
    settled_photo(uploader)
    claims.let_all_wait()
    assert len(claims.claim_all().rows) == 1
    claims.let_all_wait()
    assert len(claims.claim_all().rows) == 1


@pytest.mark.django_db(transaction=True)
def test_processes_beside_each_other_claim_each_row_once(
    uploader: User, version: ModelVersion
) -> None:
    for _ in range(40):
        settled_photo(uploader)
    seen = claims.measure(2)  # which counts them in the database too
    assert len(seen.of_each) == 2
    assert (seen.distinct, seen.twice) == (40, 0)
