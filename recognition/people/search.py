"""Everybody, found and sorted for the page of people."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet

from recognition.models import Role
from recognition.people import roles

ORDERS = {
    "name": (F("username").asc(),),
    "seen": (F("profile__last_seen").desc(nulls_last=True), F("username").asc()),
    "stored": (F("profile__stored_bytes").desc(nulls_last=True), F("username").asc()),
}


def people(text: str = "", role: str = "", state: str = "", order: str = "name") -> QuerySet[User]:
    """With their profiles and groups. text: part of a name or mail address; state: active,
    inactive or deleting."""
    found = User.objects.select_related("profile").prefetch_related("groups")
    for word in text.split():
        found = found.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
        )
    if role in Role.values:
        found = roles.with_role(found, Role(role))
    if state in ("active", "inactive"):
        found = found.filter(is_active=state == "active")
    if state == "deleting":
        found = found.filter(profile__deletion_asked__isnull=False)
    return found.order_by(*ORDERS.get(order, ORDERS["name"]))
