"""Texts of unfold and Django that have no Chinese translation, or a clumsy one."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TEXTS = (
    _(" By %(filter_title)s "),
    _("Add %(name)s"),
    _("Add %s"),
    _("Add another %(model)s"),
    _("Add another %(verbose_name)s"),
    _("Change %s"),
    _("Change history: %s"),
    _("View %s"),
    _("View selected %(model)s"),
    _("All"),
    _("Apply Filters"),
    _("Clear all filters"),
    _("Close"),
    _("From"),
    _("Log out"),
    _("More actions"),
    _("No results found"),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you "
        "can change the password using "
        '<a href="{}" class="text-primary-600 dark:text-primary-500">this form</a>.'
    ),
    _("Record picture"),
    _("Reset filters"),
    _("Run"),
    _("Save and view"),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select record"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("To"),
    _("Type to search"),
    _("Light"),
    _("Dark"),
    _("System"),
)
