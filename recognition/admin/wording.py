"""Words and numbers as the admin shows them."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext_noop as _

from recognition.labels import Counted

# Of unfold's templates, which speak English only: named here to be translated with ours.
WORDS = (
    _("All"),
    _("Apply Filters"),
    _("Clear all filters"),
    _("Close"),
    _("From"),
    _("Log out"),
    _("More actions"),
    _("No results found"),
    _("Record picture"),
    _("Reset filters"),
    _("Run"),
    _("Save and view"),
    _("Select action"),
    _("Select all rows"),
    _("Select record"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("To"),
    _("Type to search"),
    _("Light"),
    _("Dark"),
    _("System"),
)


def count_text(counted: Counted) -> str:
    """Such as 1,234, or 10,000+ where nobody counted on."""
    return number_format(counted.number, force_grouping=True) + ("" if counted.is_exact else "+")
