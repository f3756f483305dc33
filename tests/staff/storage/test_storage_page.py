"""The page of storage: what the last check found, what to do about it, and checking now."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from recognition.core import jobs
from recognition.models import Job, Photo, RunState
from recognition.storage import checking
from tests.support.rows import add_photo

PAGE = "/admin/storage/"


def text_of(client: Client) -> str:
    response = client.get(PAGE)
    assert response.status_code == 200
    return " ".join(response.text.split())


def ended(**result: Any) -> Job:
    return jobs.note_done(Job.Kind.STORAGE_CHECK, timezone.now(), {}, result)


@pytest.fixture
def photo(uploader: User) -> Photo:
    return add_photo(uploader, name="otter.jpg")


def test_before_the_first_check_it_says_so(as_superuser: Client) -> None:
    assert "Nothing has been checked yet." in text_of(as_superuser)


def test_a_whole_instance_is_told_as_such(as_superuser: Client) -> None:
    ended(found={}, named={}, seen={"photos": 12}, used={"originals": 4096})
    text = text_of(as_superuser)
    assert "Everything is there and whole" in text
    assert "Remove what is left over" not in text


def test_each_finding_is_named_with_what_to_do(as_superuser: Client, photo: Photo) -> None:
    gone = "00000000-0000-4000-8000-000000000000"
    ended(
        found={"missing": 2, "damaged": 1, "incoming": 300, "versions_damaged": 1},
        named={
            "missing": [[str(photo.id)], [gone]],
            "damaged": [[str(photo.id), "sha256"]],
            "incoming": [["incoming/abc"]],
            "versions_damaged": [["3", "weights.safetensors differs"]],
        },
    )
    text = text_of(as_superuser)
    assert f'<a href="/photos/{photo.id}/">otter.jpg</a>' in text
    assert f"{gone}, deleted or in the trash" in text
    assert "incoming/abc" in text
    assert "and 299 more" in text
    assert "weights.safetensors differs" in text
    assert "Remove what is left over" in text


@pytest.mark.parametrize(
    ("what", "parameters"),
    [
        ("some", {"digests": "some", "repair": False}),
        ("all", {"digests": "all", "repair": False}),
        ("repair", {"digests": "some", "repair": True}),
    ],
)
def test_a_check_can_be_asked_for(
    what: str, parameters: dict[str, Any], as_superuser: Client
) -> None:
    response = as_superuser.post(f"{PAGE}check/", {"what": what}, follow=True)
    assert "A check is going on." in response.text
    job = checking.going_on()
    assert job.parameters == parameters
    assert job.by.is_superuser


def test_what_is_no_check_is_refused(as_superuser: Client) -> None:
    assert as_superuser.post(f"{PAGE}check/", {"what": "x"}).status_code == 400
    assert as_superuser.get(f"{PAGE}check/").status_code == 405


def test_others_are_not_let_in(as_reviewer: Client, as_trainer: Client) -> None:
    for client in (as_reviewer, as_trainer):
        assert client.get(PAGE).status_code == 403
        assert client.post(f"{PAGE}check/", {"what": "repair"}).status_code == 403
    assert not Job.objects.exists()


def test_the_job_has_its_words_on_the_page_of_jobs(as_superuser: Client) -> None:
    ended(found={"missing": 2})
    checking.ask_for(None)
    text = " ".join(as_superuser.get("/admin/jobs/").text.split())
    assert text.count("<h2>Storage check</h2>") == 2
    assert "2 findings" in text


def test_a_check_that_ended_on_a_full_disk_says_what_to_do(as_superuser: Client) -> None:
    checking.ask_for(None)
    job = jobs.claim(Job.Kind.STORAGE_CHECK)
    with jobs.working(job):
        raise OSError(28, "No space left on device")
    job.refresh_from_db()
    assert (job.state, job.error) == (RunState.FAILED, "disk_full")
    assert "The disk is full. Make room" in as_superuser.get("/admin/jobs/").text
