"""What the machine accepted is told apart in the list of predictions."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recognition.models import Prediction
from tests.support.rows import settled_photo

LIST = "/admin/recognition/prediction/"


def names(client: Client, **query: str) -> list[str]:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return [row.photo.name for row in response.context["cl"].result_list]


def test_what_the_machine_accepted_is_found_and_marked(as_reviewer: Client, uploader: User) -> None:
    settled_photo(uploader, name="waits")
    accepted = settled_photo(uploader, name="accepted")
    Prediction.objects.filter(photo=accepted).update(accepted=timezone.now(), review=None)
    assert names(as_reviewer) == ["accepted", "waits"]
    assert names(as_reviewer, accepted="yes") == ["accepted"]
    assert "accepted by machine" in as_reviewer.get(LIST).content.decode()
    assert names(as_reviewer, accepted="nonsense") == ["accepted", "waits"]


def test_they_are_found_along_their_index(as_reviewer: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        names(as_reviewer, accepted="yes")
    [keys] = [query["sql"] for query in queries if '"accepted" IS NOT NULL' in query["sql"]][:1]
    assert 'ORDER BY "recognition_prediction"."accepted" DESC' in keys


def test_the_top_five_are_named_in_the_language_of_the_page(
    as_reviewer: Client, uploader: User
) -> None:
    photo = settled_photo(uploader)
    top = [{"label": "dog", "confidence": 0.8}, {"label": "neither", "confidence": 0.1}]
    Prediction.objects.filter(photo=photo).update(top=top)
    address = f"{LIST}{photo.prediction_id}/change/"
    page = as_reviewer.get(address, headers={"accept-language": "zh-hans"}).content.decode()
    assert "狗 · 80.0" in page
    assert "都不是 · 10.0" in page
