"""What the filters of History offer."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse


@pytest.mark.usefixtures("version")
def test_labels_come_with_their_parents(client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("history"))
    of_one = 'FROM "recognition_label" WHERE "recognition_label"."id" = '
    assert not [query["sql"] for query in asked.captured_queries if of_one in query["sql"]]
