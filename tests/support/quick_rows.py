"""Labels and groups that nearly every test begins with, in few queries.

How the product makes them, one by one, is tested in tests/labels and tests/people.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission

from recognition.cnn import taxonomy
from recognition.models import Label
from recognition.people import roles


def add_labels(labels: Iterable[taxonomy.Label]) -> None:
    """To ask, of each that joins the tree, how all others are called took a tenth of the time."""
    names = ("slug", "kind", "name_en", "name_zh")
    rows = {label.slug: Label(**{name: getattr(label, name) for name in names}) for label in labels}
    Label.objects.bulk_create(rows.values())
    children = [label for label in labels if label.parent]
    for label in children:
        rows[label.slug].parent = rows[label.parent]
    Label.objects.bulk_update([rows[label.slug] for label in children], ["parent"])


def add_groups() -> None:
    """As roles.ensure_groups makes them with 25 queries, where there are none yet."""
    rights = dict(
        Permission.objects.filter(content_type__app_label="recognition")
        .order_by()
        .values_list("codename", "pk")
    )
    given = Group.permissions.through
    rows = [
        given(group_id=group.pk, permission_id=rights[codename])
        for group in Group.objects.bulk_create(Group(name=name) for name in roles.GROUPS)
        for codename in roles.GROUPS[group.name]
    ]
    given.objects.bulk_create(rows)
