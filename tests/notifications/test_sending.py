"""Webhooks arrive: once, in order, signed, and after the receiver was down."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from pytest_django import Settings

from recognition.models import Delivery, OutgoingEvent, Receiver
from recognition.notifications import deliveries, happened, outbox, receivers, sending
from tests.notifications.conftest import Clock, send_all
from tests.support.listening import Listener

PHOTOS = [f"00000000-0000-7000-8000-00000000000{number}" for number in range(4)]


def decide(photo: str, step: int) -> None:
    outbox.record_event(outbox.Kind.LABEL_DECIDED, outbox.about_photo(photo), photo=photo, n=step)


def steps(listener: Listener) -> dict[str, list[int]]:
    """What was heard of each photo, in the order in which it was."""
    found: dict[str, list[int]] = defaultdict(list)
    for heard in listener.heard:
        data = heard.document["data"]
        found[data["photo"]].append(data["n"])
    return found


def test_what_happened_arrives_signed(hook: Receiver, listener: Listener, clock: Clock) -> None:
    decide(PHOTOS[0], 1)
    assert send_all(clock) == 1
    [heard] = listener.heard
    assert heard.is_signed_with(hook.shown_secret)  # type: ignore[attr-defined]
    assert not heard.is_signed_with("whsec_" + "A" * 44)
    assert heard.headers["webhook-timestamp"] == str(int(clock.now.timestamp()))
    assert heard.document["type"] == "label.decided"
    assert heard.document["data"] == {"photo": PHOTOS[0], "n": 1}


def test_a_receiver_that_is_down_for_ten_minutes_gets_each_event_once_in_order(
    hook: Receiver, listener: Listener, clock: Clock
) -> None:
    is_down = True
    listener.answer = lambda _heard: 503 if is_down else 200
    for step in range(3):
        for photo in PHOTOS:
            decide(photo, step)
    for _look in range(120):
        assert send_all(clock) == 0
        clock.passes(seconds=5)
    asked = listener.asked
    assert 0 < asked < 30  # it was left alone, not asked for each of twelve each time
    is_down = False
    decide(PHOTOS[0], 3)
    for _look in range(60):
        send_all(clock)
        clock.passes(seconds=10)
    wanted = {photo: [0, 1, 2] for photo in PHOTOS}
    assert steps(listener) == wanted | {PHOTOS[0]: [0, 1, 2, 3]}
    assert len({heard.id for heard in listener.heard}) == len(listener.heard) == 13
    assert all(heard.is_signed_with(hook.shown_secret) for heard in listener.heard)  # type: ignore[attr-defined]


def test_nobody_at_the_address_is_told_later(
    hook: Receiver, listener: Listener, clock: Clock
) -> None:
    Receiver.objects.filter(id=hook.id).update(url="http://127.0.0.1:9/")
    decide(PHOTOS[0], 1)
    assert send_all(clock) == 0
    row = Delivery.objects.get()
    assert (row.attempts, row.status, row.error) == (1, None, "no_connection")
    assert row.due > clock.now
    Receiver.objects.filter(id=hook.id).update(url=listener.url)
    clock.passes(seconds=8)
    assert send_all(clock) == 1


def test_a_receiver_that_was_down_is_told_all_at_once(
    hook: Receiver, listener: Listener, clock: Clock
) -> None:
    """What was tried meanwhile does not wait out its own pause."""
    Receiver.objects.filter(id=hook.id).update(url="http://127.0.0.1:9/")
    for photo in PHOTOS:
        decide(photo, 1)
    for _minute in range(10):
        send_all(clock)
        clock.passes(minutes=1)
    first = Delivery.objects.earliest("event")
    Delivery.objects.exclude(id=first.id).update(due=clock.now + timedelta(hours=1))
    Receiver.objects.filter(id=hook.id).update(url=listener.url)
    clock.passes(seconds=deliveries.LONGEST_REST.total_seconds())
    assert send_all(clock) == 4


def test_an_event_that_is_refused_holds_up_its_own_photo_only(
    hook: Receiver, listener: Listener, clock: Clock
) -> None:
    listener.answer = lambda heard: 400 if heard.document["data"] == refused else 200
    refused = {"photo": PHOTOS[0], "n": 0}
    for photo in PHOTOS[:2]:
        decide(photo, 0)
        decide(photo, 1)
    for _look in range(3):
        send_all(clock)
        clock.passes(seconds=5)
    assert steps(listener) == {PHOTOS[1]: [0, 1]}
    for _hour in range(60):
        send_all(clock)
        clock.passes(hours=1)
    assert steps(listener) == {PHOTOS[1]: [0, 1], PHOTOS[0]: [1]}  # after it was given up
    given_up = Delivery.objects.get(delivered=False)
    assert given_up.finished - given_up.since >= timedelta(days=1)
    assert (given_up.status, given_up.attempts > 20) == (400, True)


def test_pauses_grow_and_are_not_all_the_same() -> None:
    pauses = [deliveries._pause(failures, deliveries.LONGEST_PAUSE) for failures in range(1, 40)]
    assert pauses[0] <= timedelta(seconds=5)
    assert pauses[6] > 10 * pauses[0]
    assert max(pauses) <= timedelta(hours=1)
    assert len(set(pauses[-10:])) == 10


def test_what_a_dead_messenger_had_claimed_is_sent_with_the_same_id(
    hook: Receiver, listener: Listener, clock: Clock
) -> None:
    decide(PHOTOS[0], 1)
    deliveries.spread(clock())
    [claimed] = deliveries.claim(hook, clock())
    Delivery.objects.update(lease_owner="elsewhere:1")
    assert sending.send_due(hook, clock) == 0
    Delivery.objects.update(lease_expires=clock.now - timedelta(days=1))
    assert sending.send_due(hook, clock) == 1
    assert listener.heard[0].id == f"msg_{claimed.id.hex}"


def test_deliveries_are_written_once(hook: Receiver, clock: Clock) -> None:
    decide(PHOTOS[0], 1)
    deliveries.spread(clock())
    OutgoingEvent.objects.update(spread=None)
    deliveries.spread(clock())
    assert Delivery.objects.count() == 1


def test_a_receiver_that_is_gone_is_switched_off(
    hook: Receiver, listener: Listener, clock: Clock
) -> None:
    listener.answer = lambda _heard: 410
    decide(PHOTOS[0], 1)
    send_all(clock)
    hook.refresh_from_db()
    assert (hook.active, hook.off_because) == (False, "gone")
    clock.passes(hours=1)
    send_all(clock)
    assert listener.asked == 1


def test_a_receiver_is_left_alone_as_long_as_it_asks(
    hook: Receiver, listener: Listener, clock: Clock
) -> None:
    listener.answer, listener.more_headers = lambda _heard: 429, {"Retry-After": "600"}
    for photo in PHOTOS:
        decide(photo, 1)
    send_all(clock)
    clock.passes(seconds=599)
    send_all(clock)
    assert listener.asked == 1
    clock.passes(seconds=2)
    send_all(clock)
    assert listener.asked == 2


def test_little_of_the_answer_is_kept(hook: Receiver, listener: Listener, clock: Clock) -> None:
    listener.answer, listener.text = lambda _heard: 200, b"x" * 100_000
    decide(PHOTOS[0], 1)
    send_all(clock)
    assert Delivery.objects.get().answer == "x" * 500


def test_a_test_is_tried_once_and_pauses_nothing(
    hook: Receiver, listener: Listener, clock: Clock
) -> None:
    listener.answer = lambda _heard: 500
    test = receivers.ask_for_test(hook)
    clock.now = test.due
    send_all(clock)
    test.refresh_from_db()
    hook.refresh_from_db()
    assert (test.status, test.finished is not None, hook.failures) == (500, True, 0)


def test_what_was_given_up_can_be_sent_again(
    hook: Receiver, listener: Listener, clock: Clock
) -> None:
    decide(PHOTOS[0], 1)
    deliveries.spread(clock())
    clock.passes(days=4)
    assert deliveries.give_up_old(clock()) == 1
    assert deliveries.retry(Delivery.objects.get().id, hook, clock())
    assert send_all(clock) == 1


def test_old_events_go(hook: Receiver, clock: Clock) -> None:
    decide(PHOTOS[0], 1)
    send_all(clock)
    event = OutgoingEvent.objects.get()
    assert deliveries.prune(event.at) == 0
    assert deliveries.prune(event.at + timedelta(days=31)) == 2
    assert not OutgoingEvent.objects.exists()


def test_a_removed_receiver_goes_with_its_deliveries(
    hook: Receiver, boss: User, clock: Clock
) -> None:
    decide(PHOTOS[0], 1)
    deliveries.spread(clock())
    receivers.remove(hook, boss)
    assert send_all(clock) == 0
    deliveries.prune(clock())
    assert (Receiver.objects.count(), Delivery.objects.count()) == (0, 0)


def test_people_are_told_by_mail_in_their_language(
    boss: User, settings: Settings, clock: Clock
) -> None:
    settings.ARK_EMAIL = True
    receivers.add_mail(boss, ["version.promoted"], "en", "https://ark.example", boss)
    outbox.record_event(
        outbox.Kind.VERSION_PROMOTED, "versions", version=7, path="/admin/versions/7/"
    )
    assert send_all(clock) == 1
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["boss@example.org"], "Version 7 is live now")
    assert "https://ark.example/admin/versions/7/" in sent.body


@pytest.mark.parametrize("kind", outbox.Kind)
def test_each_kind_has_words_and_a_document(kind: str, hook: Receiver) -> None:
    from recognition.notifications import messages

    data = {"state": "failed", "version": 1, "right": 1, "checked": 9, "target": 0.9, "path": "/x/"}
    event = OutgoingEvent(kind=kind, subject="x", data=data)
    delivery = Delivery(event=event, receiver=hook)
    assert messages.document(delivery)["data"]["url"] == "https://ark.example/x/"
    if kind in messages.BY_MAIL:
        assert "https://ark.example/x/" in messages.mail(delivery)[1]


def test_drift_is_told_of(boss: User, listener: Listener, clock: Clock) -> None:
    receivers.add_webhook(listener.url, ["drift.found"], "https://ark.example", boss)
    happened.drift_found(100, 22)
    assert send_all(clock) == 1
    data = listener.heard[0].document["data"]
    assert data == {"uploads": 100, "unlike": 22, "url": "https://ark.example/admin/"}
