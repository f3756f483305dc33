"""What takes longer than a request is a job; reports are only counts.

Exports, imports, learning curves and searches for suspect labels stood in rows of the table of
reports, what was to be predicted again in a table of its own. What was asked for or begun goes on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import recognition.models.ids

# A state of the reports, and what it is called from now on.
STATES = {"asked": "queued", "done": "succeeded", "failed": "failed"}


def carry_over(apps: Any, schema_editor: Any) -> None:
    reports = {row.name: row for row in apps.get_model("recognition", "Report").objects.all()}
    numbers = dict(
        apps.get_model("recognition", "ModelVersion").objects.values_list("number", "id")
    )
    jobs = [
        *_exports(reports, numbers),
        *_imports(reports, numbers),
        *_learning_curves(reports),
        *_searches(reports),
        *_backfills(apps),
    ]
    job = apps.get_model("recognition", "Job")
    job.objects.bulk_create(job(**columns) for columns in jobs)
    _hash_revision(apps, reports)
    _applied_rules(apps, reports)


def _exports(reports: dict[str, Any], numbers: dict[int, int]) -> Any:
    """Named "export-onnx-3"."""
    for name, report in reports.items():
        kind, _, rest = name.partition("-")
        form, _, number = rest.partition("-")
        state = STATES.get(report.data.get("state"))
        if kind == "export" and state and number.isdecimal() and int(number) in numbers:
            result = {
                key: report.data[key]
                for key in ("size_bytes", "pictures", "difference")
                if key in report.data
            }
            yield {
                "kind": "export",
                "subject": f"{number} {form}",
                "version_id": numbers[int(number)],
                "parameters": {"form": form},
                "result": result,
                **_ended(state, report.made, report.data.get("error", "")),
            }


def _imports(reports: dict[str, Any], numbers: dict[int, int]) -> Any:
    """In one report, the newest first."""
    report = reports.get("imports")
    for place, said in enumerate(report.data.get("imports", []) if report else ()):
        state = STATES[said["state"]]
        yield {
            "kind": "import",
            "subject": said["id"],  # two may be of the same version
            "version_id": numbers.get(said.get("number")),
            "parameters": {
                "name": said["name"],
                "folder": said["id"],
                "sha256": said["sha256"],
            },
            **_ended(state, report.made - timedelta(seconds=place), said.get("error", "")),
        }


def _learning_curves(reports: dict[str, Any]) -> Any:
    report = reports.get("learning_curve")
    if report is None:
        return
    if drawn := report.data.get("drawn"):
        made = datetime.fromisoformat(drawn["made"])
        yield {"kind": "learning_curve", "result": drawn, **_ended("succeeded", made)}
    if report.data.get("asked") or report.data.get("running"):  # a running one begins again
        yield {"kind": "learning_curve", **_ended("queued", report.made)}
    elif error := report.data.get("error"):
        failed = _ended("failed", report.made)
        yield {"kind": "learning_curve", **failed, "error": error}


def _searches(reports: dict[str, Any]) -> Any:
    report = reports.get("suspects")
    if report is None:
        return
    if begun := report.data.get("begun"):
        ended = _ended("succeeded", datetime.fromisoformat(begun))
        result = {"photos": report.data.get("photos", 0)}
        yield {"kind": "suspect_search", "result": result, **ended}
    if report.data.get("asked"):
        yield {"kind": "suspect_search", **_ended("queued", report.made)}


def _backfills(apps: Any) -> Any:
    for row in apps.get_model("recognition", "Repredicting").objects.all():
        next_photo = str(row.next_photo) if row.next_photo else None
        is_begun = bool(row.looked_at) or row.finished
        state = "failed" if row.error else "succeeded" if row.finished else "running"
        yield {
            "kind": "backfill",
            "subject": f"{row.version_id} {row.said_id or ''}".strip(),
            "version_id": row.version_id,
            "by_id": row.by_id,
            "parameters": {"label": row.said_id, "newest": next_photo},
            "result": ({"looked_at": row.looked_at, "next_photo": next_photo} if is_begun else {}),
            "created": row.asked,
            "started": row.asked if is_begun else None,
            "finished": row.finished,
            "state": state if is_begun else "queued",
            "lease_expires": row.asked if state == "running" and is_begun else None,
            "progress": 1.0 if state == "succeeded" else 0.0,
            "error": "not_loaded" if row.error else "",
            "error_detail": row.error,
        }


def _ended(state: str, at: datetime, error_detail: str = "") -> dict[str, Any]:
    is_over = state != "queued"
    return {
        "state": state,
        "created": at,
        "started": at if is_over else None,
        "finished": at if is_over else None,
        "progress": 1.0 if state == "succeeded" else 0.0,
        "error": "damaged" if state == "failed" else "",
        "error_detail": error_detail,
    }


def _hash_revision(apps: Any, reports: dict[str, Any]) -> None:
    if "hashes" in reports:
        number = reports["hashes"].data.get("revision", 0)
        apps.get_model("recognition", "HashRevision").objects.create(id=1, number=number)


def _applied_rules(apps: Any, reports: dict[str, Any]) -> None:
    if "promise" in reports:
        report = reports["promise"]
        rules = report.data.pop("rules", None)
        report.save()
        apps.get_model("recognition", "Promise").objects.filter(id=1).update(applied=rules)


def drop_queues(apps: Any, schema_editor: Any) -> None:
    reports = apps.get_model("recognition", "Report").objects
    reports.exclude(name__in=("figures", "promise")).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0005_words_and_frozen_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HashRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.AddField("promise", "applied", models.JSONField(null=True)),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=recognition.models.ids.time_ordered_uuid,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("export", "export of a version"),
                            ("import", "import of a version"),
                            ("learning_curve", "learning curve"),
                            ("suspect_search", "search for suspect labels"),
                            ("backfill", "photos predicted again"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=100)),
                ("parameters", models.JSONField(default=dict, verbose_name="parameters")),
                ("result", models.JSONField(default=dict, verbose_name="result")),
                (
                    "created",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("succeeded", "succeeded"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "progress",
                    models.FloatField(default=0.0, help_text="0 to 1", verbose_name="progress"),
                ),
                ("started", models.DateTimeField(null=True, verbose_name="started")),
                ("finished", models.DateTimeField(null=True, verbose_name="finished")),
                ("cancel_asked", models.DateTimeField(null=True, verbose_name="cancel asked")),
                ("error", models.CharField(blank=True, max_length=30, verbose_name="error")),
                ("error_detail", models.TextField(blank=True)),
                (
                    "lease_owner",
                    models.CharField(blank=True, max_length=100, verbose_name="worker"),
                ),
                ("lease_expires", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to="recognition.modelversion",
                        verbose_name="version",
                    ),
                ),
            ],
            # Here, not afterwards: PostgreSQL refuses to change a table in the transaction that
            # fills it.
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "ordering": ("-created", "-id"),
                "indexes": [models.Index(fields=["kind", "state", "created"], name="job_queue")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "queued")),
                        fields=("kind", "subject"),
                        name="one_job_of_a_subject_waits",
                    ),
                ],
            },
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RunPython(drop_queues, migrations.RunPython.noop),
        migrations.DeleteModel("Repredicting"),
    ]
