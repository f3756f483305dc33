"""What stands in the staff's sidebar."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth.models import User
from django.test import Client

from recognition.labels import asking
from tests.support.rows import settled_photo


def test_open_questions_are_counted(as_reviewer: Client, uploader: User, reviewer: User) -> None:
    assert "side-count" not in as_reviewer.get("/admin/review/grid/").content.decode()
    asking.ask(settled_photo(uploader).id, reviewer, "", uuid4())
    page = as_reviewer.get("/admin/review/grid/").content.decode()
    assert '<span class="side-count">1</span>' in page
