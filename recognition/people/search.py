"""Everybody, found and sorted for the page of people."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import F, QuerySet

from recognition.models import Role
from recognition.models.names import plain
from recognition.people import roles

ORDERS = {
    "name": (F("username").asc(),),
    "seen": (F("profile__last_seen").desc(nulls_last=True), F("username").asc()),
    "stored": (F("profile__stored_bytes").desc(nulls_last=True), F("username").asc()),
}


def called(text: str) -> list[int]:
    """The ids of people with each of these words in a name or mail address."""
    words = plain(text).split()
    columns = ("username", "first_name", "last_name", "email")
    return [
        id_
        for id_, *names in User.objects.order_by().values_list("id", *columns)
        if _holds_all(plain("\n".join(names)), words)
    ]


def _holds_all(text: str, words: list[str]) -> bool:
    return all(word in text for word in words)


def people(text: str = "", role: str = "", state: str = "", order: str = "name") -> QuerySet[User]:
    """With their profiles and groups. text: part of a name or mail address; state: active,
    inactive or deleting."""
    found = User.objects.select_related("profile").prefetch_related("groups")
    if text:
        found = found.filter(id__in=called(text))
    if role in Role.values:
        found = roles.with_role(found, Role(role))
    if state in ("active", "inactive"):
        found = found.filter(is_active=state == "active")
    if state == "deleting":
        found = found.filter(profile__deletion_asked__isnull=False)
    return found.order_by(*ORDERS.get(order, ORDERS["name"]))
