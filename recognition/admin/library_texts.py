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
    _("Delete selected %(verbose_name_plural)s"),
    _("Delete selected %(model)s"),
    _("Successfully deleted %(count)d %(items)s."),
    _("Cannot delete %(name)s"),
    _("Added {name} “{object}”."),
    _("Changed {fields} for {name} “{object}”."),
    _("Deleted {name} “{object}”."),
    _("The {name} “{obj}” was added successfully."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?"),
    _("Select %s to change"),
    _("Select %s to view"),
    _("Select %s"),
    _("Select all %(total_count)s %(module_name)s"),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would result in deleting "
        "related objects, but your account doesn't have permission to delete the "
        "following types of objects:"
    ),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would require deleting the "
        "following protected related objects:"
    ),
    _(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? All of '
        "the following related items will be deleted:"
    ),
    _(
        "Deleting the selected %(objects_name)s would result in deleting related objects, "
        "but your account doesn't have permission to delete the following types of "
        "objects:"
    ),
    _(
        "Deleting the selected %(objects_name)s would require deleting the following "
        "protected related objects:"
    ),
    _(
        "Are you sure you want to delete the selected %(objects_name)s? All of the "
        "following objects and their related items will be deleted:"
    ),
    _("%(model_name)s with this %(field_label)s already exists."),
    _("%(model_name)s with this %(field_labels)s already exists."),
    _("The password is too similar to the %(verbose_name)s."),
    _("Select a valid choice. %(value)s is not one of the available choices."),
)
