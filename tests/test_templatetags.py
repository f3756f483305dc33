"""What templates need beyond Django's own filters."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from recognition.templatetags.ark import ago


def test_what_has_just_happened_was_not_zero_minutes_ago() -> None:
    now = timezone.now()
    assert ago(now - timedelta(seconds=5)) == "just now"
    assert ago(now - timedelta(minutes=5, seconds=1)) == "5\u00a0minutes ago"
