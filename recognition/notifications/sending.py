"""Send what is due, one receiver after the other; what came of it is written down at once.

Sent and not written down, because the process died in between, it is sent again with the same id.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from recognition.models import Delivery, Receiver
from recognition.notifications import deliveries, messages, posting, signing
from recognition.people.authentication import secret_texts

logger = logging.getLogger(__name__)

_GONE = 410
_SHOWN = 500  # characters of an answer
Clock = Callable[[], datetime]


class NotSent(Exception):
    """It failed. status: what HTTP answered, if it did; error: a code, of `posting.Unsent` or
    refused, no_secret, no_mail, no_person; pause: that the receiver asks for."""

    def __init__(
        self,
        error: str,
        status: int | None = None,
        answer: str = "",
        pause: timedelta = timedelta(),
    ) -> None:
        super().__init__(error)
        self.error, self.status, self.answer, self.pause = error, status, answer, pause


def send_due(receiver: Receiver, clock: Clock = timezone.now) -> int:
    """Send what is due for this receiver until nothing is, or one fails; how many arrived."""
    arrived = 0
    while rows := deliveries.claim(receiver, clock()):
        for place, row in enumerate(rows):
            if not _send_one(receiver, row, clock):
                deliveries.let_go(rows[place + 1 :])
                return arrived
            arrived += 1
    return arrived


def _send_one(receiver: Receiver, row: Delivery, clock: Clock) -> bool:
    row.receiver = receiver
    send = _post if receiver.way == Receiver.Way.WEBHOOK else _mail
    try:
        status, answer = send(receiver, row, clock())
    except NotSent as failed:
        logger.info("delivery %s failed: %s %s", row.id, failed.error, failed.status or "")
        if failed.status == _GONE:
            deliveries.switch_off(row, Receiver.Off.GONE)
        said = failed.answer[:_SHOWN]
        deliveries.note_failed(row, clock(), failed.status, said, failed.error, failed.pause)
        return False
    deliveries.note_delivered(row, clock(), status, answer[:_SHOWN])
    return True


def _post(receiver: Receiver, row: Delivery, now: datetime) -> tuple[int, str]:
    secret = secret_texts.decrypt(receiver.secret)
    if secret is None:
        raise NotSent("no_secret")
    body = json.dumps(messages.document(row), ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Ark-Webhooks/1",
        **signing.headers(secret, messages.message_id(row), int(now.timestamp()), body),
    }
    try:
        answer = posting.post(receiver.url, headers, body)
    except posting.Unsent as unsent:
        raise NotSent(unsent.code, answer=unsent.detail) from unsent
    if not 200 <= answer.status < 300:
        pause = timedelta(seconds=answer.retry_after_s)
        raise NotSent("refused", answer.status, answer.text, pause)
    return answer.status, answer.text


def _mail(receiver: Receiver, row: Delivery, now: datetime) -> tuple[None, str]:
    person = receiver.person
    if not settings.ARK_EMAIL:
        raise NotSent("no_mail")
    if person is None or not person.is_active or not person.email:
        raise NotSent("no_person")
    subject, text = messages.mail(row)
    message = EmailMessage(
        subject,
        text,
        to=[person.email],
        headers={"Message-ID": f"<{messages.message_id(row)}@ark.invalid>"},
    )
    try:
        message.send()
    except (SMTPException, OSError) as error:
        raise NotSent("no_connection", answer=f"{type(error).__name__}: {error}") from error
    return None, ""
