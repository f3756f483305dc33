"""Who may change whom: nobody people above them, and an administrator is always left."""

from __future__ import annotations

from django.contrib.auth.models import Permission, User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

_TEXTS = {
    "last_administrator": _(
        "This is the only administrator who can sign in. Make somebody else an administrator first."
    ),
    "above_you": _(
        "This person may do something that you may not. Ask an administrator to change that "
        "account."
    ),
    "role_above_you": _("You can only give roles that may do no more than you may."),
    "being_deleted": _("This person is being deleted."),
}


class NotAllowed(Exception):
    """code: one of the keys above."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def detail(self) -> str:
        """In the language of the current request."""
        return gettext(_TEXTS[self.code])


def locked(user: User, by: User | None) -> User:
    """The person as they are now, for a change by somebody (None: the command line) within the
    caller's transaction.

    One such change at a time: the administrators' rows are locked first, so that two of them cannot
    be the last ones to go. Raises NotAllowed, User.DoesNotExist.
    """
    # Not against who only refers to a person: uploads do, and hold what comes next here.
    list(_administrators().select_for_update(no_key=True).order_by("pk").values_list("pk"))
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not may_change(by, person):
        raise NotAllowed("above_you")
    return person


def may_change(by: User | None, person: User) -> bool:
    """Whether this person may do no more than the other one, who may change people."""
    if by is None or by.is_superuser:
        return True
    return not person.is_superuser and rights_of(person) <= rights_of(by)


def rights_of(user: User) -> set[int]:
    """The keys of a person's permissions, though they be inactive and may use none of them."""
    granted = Permission.objects.filter(Q(user=user) | Q(group__user=user))
    return set(granted.order_by().values_list("pk", flat=True))


def keep_an_administrator(person: User) -> None:
    """Raises NotAllowed if nobody could administer Ark without this person, who is `locked`."""
    needed = person.is_superuser and person.is_active
    if needed and not _administrators().exclude(pk=person.pk).exists():
        raise NotAllowed("last_administrator")


def _administrators() -> QuerySet[User]:
    return User.objects.filter(is_superuser=True, is_active=True)
