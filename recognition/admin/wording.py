"""Words of unfold's templates, which are in English only: named here to be translated."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

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
