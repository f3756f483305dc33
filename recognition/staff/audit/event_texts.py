"""Events of the audit log in words. They are stored as programs name things, the same for ever;
what has no words here is shown as it is stored."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from recognition.models import ApiToken, AuditEvent, LiveChange, Role

_SUBJECTS = {
    "automation": gettext_lazy("Automation"),
    "accuracy promise": gettext_lazy("Accuracy promise"),
    "labelled photos": gettext_lazy("labelled photos"),
    "audit log": gettext_lazy("Audit log"),
    "originals": gettext_lazy("originals"),
    "results of everybody's photos": gettext_lazy("results of everybody's photos"),
}
_ABOUT_THINGS = {
    AuditEvent.Action.EXPORTED,
    AuditEvent.Action.IMPORTED,
    AuditEvent.Action.PROMOTED,
    AuditEvent.Action.SETTING_CHANGED,
}
_VERSION = re.compile(r"version (\d+)")
_NAMES = {
    "active": gettext_lazy("active"),
    "added": pgettext_lazy("audit log", "added"),
    "address": gettext_lazy("address"),
    "batch": gettext_lazy("batch"),
    "before": pgettext_lazy("audit log", "before"),
    "by_link": gettext_lazy("by a link"),
    "changes": pgettext_lazy("audit log", "changes"),
    "check_rate": gettext_lazy("share checked by chance"),
    "did": gettext_lazy("what was done"),
    "events": gettext_lazy("events"),
    "expires": gettext_lazy("expires"),
    "factor": gettext_lazy("second factor"),
    "file": gettext_lazy("file"),
    "filters": gettext_lazy("filters"),
    "folder": gettext_lazy("folder"),
    "for_ever": gettext_lazy("for ever"),
    "form": gettext_lazy("file format"),
    "hour": gettext_lazy("hour of the night"),
    "how": pgettext_lazy("audit log", "how"),
    "id": gettext_lazy("number"),
    "invited_by": gettext_lazy("invited by"),
    "is_known": gettext_lazy("somebody has this name"),
    "kind": gettext_lazy("kind"),
    "max_label_loss": gettext_lazy("largest loss of a label"),
    "merged_into": gettext_lazy("merged into"),
    "min_gain": gettext_lazy("least gain"),
    "named": gettext_lazy("among them"),
    "new_labels": gettext_lazy("new labels"),
    "newest": gettext_lazy("newest photo"),
    "now": pgettext_lazy("audit log", "now"),
    "owner": gettext_lazy("number of the person"),
    "parent": gettext_lazy("parent"),
    "photos": gettext_lazy("photos"),
    "promotes": gettext_lazy("make better versions live"),
    "quota_mb": gettext_lazy("quota in MB"),
    "removed": pgettext_lazy("audit log", "removed"),
    "renewed": gettext_lazy("new secret"),
    "revoked": gettext_lazy("revoked"),
    "role": gettext_lazy("role"),
    "schedule": gettext_lazy("teach again"),
    "scopes": gettext_lazy("scopes"),
    "sessions": gettext_lazy("sessions"),
    "snapshot": gettext_lazy("snapshot"),
    "table": gettext_lazy("table"),
    "taken": gettext_lazy("taken away"),
    "target": gettext_lazy("share promised to be right"),
    "token": gettext_lazy("number of the token"),
    "tokens_revoked": gettext_lazy("API tokens revoked"),
    "total": gettext_lazy("photos"),
    "ways": gettext_lazy("with"),
    "why": gettext_lazy("why"),
}
_YES_OR_NO = {"True": gettext_lazy("yes"), "False": gettext_lazy("no")}
_VALUES: dict[str, dict[str, Any]] = {
    "ways": {
        "password": gettext_lazy("password"),
        "mfa": gettext_lazy("second factor"),
        "reauthentication": gettext_lazy("password"),
        "socialaccount": gettext_lazy("an account elsewhere"),
    },
    "factor": {
        "totp": gettext_lazy("app on the phone"),
        "webauthn": gettext_lazy("passkey"),
        "recovery_codes": gettext_lazy("recovery codes"),
        "all": gettext_lazy("all"),
    },
    "scopes": dict(ApiToken.Scope.choices),
    "did": {
        "added": pgettext_lazy("audit log", "added"),
        "changed": pgettext_lazy("audit log", "changed"),
        "deleted": pgettext_lazy("audit log", "deleted"),
        "retired": pgettext_lazy("audit log", "retired"),
        "brought back": pgettext_lazy("audit log", "brought back"),
    },
    "why": {"time": gettext_lazy("too long without use")},
    "how": dict(LiveChange.How.choices),
    "role": dict(Role.choices),
    "before": dict(Role.choices),
    "now": dict(Role.choices),
}
_VALUES["ways"] |= _VALUES["factor"]


def subject(event: AuditEvent) -> str:
    """Whom or what it was done to. People may be called as things are."""
    if event.action not in _ABOUT_THINGS:
        return event.subject
    if version := _VERSION.fullmatch(event.subject):
        return _("version %(number)s") % {"number": version[1]}
    return str(_SUBJECTS.get(event.subject, event.subject))


def details(event: AuditEvent) -> str:
    """Such as "photos: 3, for ever: yes"."""
    changes = event.action == AuditEvent.Action.SETTING_CHANGED and "added" not in event.details
    parts = (
        f"{_NAMES.get(name, name)}{_(': ')}{text}"
        for name, value in event.details.items()
        if (text := _changed(name, value) if changes else _said(name, value))
    )
    return _(", ").join(parts)


def _changed(name: str, value: Any) -> str:
    """A setting that was changed is what it was, and what it is."""
    if isinstance(value, list) and len(value) == 2:
        return " → ".join(_said(name, each) or "–" for each in value)
    return _said(name, value)


def _said(name: str, value: Any) -> str:
    """Empty for what says nothing."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list):
        return " ".join(_said(name, each) for each in value)
    if isinstance(value, bool):
        value = str(value)
    if isinstance(value, str):
        return str(_VALUES.get(name, _YES_OR_NO).get(value, value))
    return json.dumps(value, ensure_ascii=False)
