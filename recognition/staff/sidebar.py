"""How the admin looks, and what stands in its sidebar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _


def _table(title: Any, icon: str, table: str, permission: str = "") -> dict[str, Any]:
    """A link to the list of a table, for who may see it; `table` is app_model."""
    app, _underscore, model = table.partition("_")
    needed = permission or f"{app}.view_{model}"

    def is_allowed(request: HttpRequest) -> bool:
        return request.user.has_perm(needed)

    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{table}_changelist"),
        "permission": is_allowed,
    }


def _page(title: Any, icon: str, name: str) -> dict[str, Any]:
    """A link out of the admin, so never the page one is on."""
    return {"title": title, "icon": icon, "link": reverse_lazy(name), "active": False}


def _review(
    title: Any, icon: str, name: str, permission: str = "recognition.review"
) -> dict[str, Any]:
    """A link to a page of the review. The queue's address begins all the others' addresses."""
    link = reverse_lazy(name)
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "active": lambda request: request.path == str(link),
        "permission": lambda request: request.user.has_perm(permission),
    }


def _questions(title: Any, icon: str) -> dict[str, Any]:
    """The queue of what was asked, with how much that is."""

    def address(_request: HttpRequest) -> str:
        return f"{reverse('review-queue')}?order=questions"

    def is_open(request: HttpRequest) -> bool:
        return request.get_full_path() == address(request)

    return {
        "title": title,
        "icon": icon,
        "link": address,
        "active": is_open,
        "permission": lambda request: request.user.has_perm("recognition.review"),
        "badge": "recognition.staff.sidebar.count_questions",
    }


def count_questions(_request: HttpRequest) -> str:
    from recognition.labels import asking  # knows tables, which settings must not load

    asked = asking.count_open()
    return asked.in_words if asked.number else ""


def _training(title: Any, icon: str, name: str, permission: str = "train") -> dict[str, Any]:
    """A link to a page of training; the pages below its address belong to it."""
    link = reverse_lazy(name)
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "active": lambda request: request.path.startswith(str(link)),
        "permission": lambda request: request.user.has_perm(f"recognition.{permission}"),
    }


_AUDIT = "recognition.view_auditevent"


def _may_see_jobs(request: HttpRequest) -> bool:
    from recognition.core import jobs  # knows tables, which settings must not load

    return any(map(request.user.has_perm, jobs.RIGHTS.values()))


def _may_check_storage(request: HttpRequest) -> bool:
    from recognition.core import jobs  # as above
    from recognition.models import Job

    return request.user.has_perm(jobs.RIGHTS[Job.Kind.STORAGE_CHECK])


def _may_set_up_notifications(request: HttpRequest) -> bool:
    return request.user.has_perm("recognition.change_receiver")


def _file(name: str) -> Callable[[HttpRequest], str]:
    """The address of a static file, found out only once there is a request."""
    return lambda request: static(name)


UNFOLD = {
    "SITE_TITLE": "Ark",
    "SITE_HEADER": "Ark",
    "SITE_URL": reverse_lazy("home"),
    "STYLES": [_file("staff/frame.css")],
    "SCRIPTS": [_file("staff/frame.js")],
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "recognition.staff.dashboard.front_page.add_figures",
    "SIDEBAR": {
        "navigation": [
            {
                "title": _("Review"),
                "items": [
                    _review(_("Review queue"), "bolt", "review-queue"),
                    _questions(_("Questions"), "contact_support"),
                    _review(_("Many at once"), "grid_view", "review-grid"),
                    _review(_("Map of photos"), "scatter_plot", "review-map"),
                    _review(_("Suspect labels"), "flag", "review-suspects"),
                    _review(_("Near-duplicates"), "filter_none", "review-duplicates"),
                    _review(_("How review goes"), "speed", "review-figures"),
                    _review(_("Accuracy promise"), "verified", "review-promise"),
                    _review(_("Export"), "download", "export-photos"),
                ],
            },
            {
                "title": _("Training"),
                "items": [
                    _training(_("Teach or train"), "school", "training-launch"),
                    _table(_("Training runs"), "model_training", "recognition_trainingrun"),
                    _table(_("Versions"), "neurology", "recognition_modelversion"),
                    _table(_("What was live when"), "history", "recognition_livechange"),
                    _training(_("Automation"), "autoplay", "training-policy", "view_modelversion"),
                    _training(
                        _("Experiments"), "science", "training-experiments", "view_trainingrun"
                    ),
                    _training(
                        _("Learning curve"),
                        "trending_up",
                        "training-learning-curve",
                        "view_trainingrun",
                    ),
                    _training(_("Networks"), "hub", "training-networks", "view_modelversion"),
                ],
            },
            {
                "title": _("Recognition"),
                "items": [
                    _table(_("Photos"), "photo_library", "recognition_photo"),
                    _table(_("Predictions"), "target", "recognition_prediction"),
                    _table(_("Labels"), "sell", "recognition_label"),
                    _table(_("Decisions"), "fact_check", "recognition_decision"),
                    _table(_("Decisions about many"), "checklist", "recognition_bulkdecision"),
                    {
                        "title": _("Jobs"),
                        "icon": "pending_actions",
                        "link": reverse_lazy("jobs"),
                        "permission": _may_see_jobs,
                    },
                    {
                        "title": _("Storage"),
                        "icon": "hard_drive",
                        "link": reverse_lazy("storage"),
                        "permission": _may_check_storage,
                    },
                ],
            },
            {
                "title": _("People"),
                "items": [
                    {
                        "title": _("People"),
                        "icon": "group",
                        "link": reverse_lazy("people"),
                        "active": lambda request: request.path.startswith("/admin/people/"),
                        "permission": lambda request: request.user.has_perm("auth.change_user"),
                    },
                    _table(_("API tokens"), "key", "recognition_apitoken"),
                    _review(_("Audit log"), "history_edu", "audit-log", _AUDIT),
                    {
                        "title": _("Notifications"),
                        "icon": "notifications",
                        "link": reverse_lazy("notifications"),
                        "active": lambda request: request.path.startswith("/admin/notifications/"),
                        "permission": _may_set_up_notifications,
                    },
                ],
            },
            {
                "title": _("Site"),
                "items": [
                    _page(_("Back to the site"), "arrow_back", "home"),
                    _page(_("Glossary"), "menu_book", "glossary"),
                    _page(_("API documentation"), "api", "api-docs"),
                ],
            },
        ],
    },
}
