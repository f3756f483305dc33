"""API tokens are stored as digests; what they were stored as in clear goes, in the log too."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

import django.db.models.deletion
import django.utils.timezone
import recognition.models.ids
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Q

_KEY = re.compile(r"\b([0-9a-f]{6})[0-9a-f]{34}\b")


def take_tokens_over(apps: Any, schema_editor: Any) -> None:
    """Tokens that were stored in clear, one a person, serve on with all scopes; from now on only
    their digests are known."""
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")  # zeros, not just free pages
    if "authtoken_token" not in connection.introspection.table_names():
        return
    rows = apps.get_model("recognition", "ApiToken").objects
    with connection.cursor() as cursor:
        cursor.execute('SELECT "user_id", "key", "created" FROM "authtoken_token"')
        for user_id, key, created in cursor.fetchall():
            rows.get_or_create(
                digest=hashlib.sha256(key.encode()).hexdigest(),
                defaults={
                    "user_id": user_id,
                    "name": "from before",
                    "beginning": key[:6],
                    "scopes": ["read", "upload", "review", "train"],
                    "created": _moment(created),
                },
            )
        cursor.execute('DROP TABLE "authtoken_token"')
    # As if it had never been there: an earlier version makes it again.
    MigrationRecorder(connection).Migration.objects.filter(app="authtoken").delete()


def _moment(stored: datetime | str) -> datetime:
    """SQLite has it as text, in UTC."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def clean_the_log(apps: Any, schema_editor: Any) -> None:
    """The admin's log called each token by the whole of it."""
    entries = apps.get_model("admin", "LogEntry").objects
    told = Q(content_type__app_label="authtoken") | Q(
        content_type=None, object_repr__regex="^[0-9a-f]{40}$"
    )
    for entry in entries.filter(told).iterator(500):
        entry.object_id = _KEY.sub(r"\1…", entry.object_id or "")
        entry.object_repr = _KEY.sub(r"\1…", entry.object_repr)
        entry.change_message = _KEY.sub(r"\1…", entry.change_message)
        entry.save(update_fields=["object_id", "object_repr", "change_message"])


def carry_rights_over(apps: Any, schema_editor: Any) -> None:
    """Who could see or delete tokens in the admin still can."""
    permissions = apps.get_model("auth", "Permission").objects
    old = permissions.filter(content_type__app_label="authtoken")
    for verb in ("view", "delete"):
        holders = [
            holder
            for permission in old.filter(codename__startswith=f"{verb}_")
            for holder in (
                *((group, "permissions") for group in permission.group_set.all()),
                *((user, "user_permissions") for user in permission.user_set.all()),
            )
        ]
        for holder, field in holders:
            getattr(holder, field).add(_right(apps, verb))
    old.delete()


def _right(apps: Any, verb: str) -> Any:
    table, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="recognition", model="apitoken"
    )
    right, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=table,
        codename=f"{verb}_apitoken",
        defaults={"name": f"Can {verb} API token"},
    )
    return right


def refuse_changes_of_the_audit_log(apps: Any, schema_editor: Any) -> None:
    """Rows are added and, when old, deleted; nothing changes them, whoever has the database's
    password included."""
    said = "An audit event is never changed."
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE TRIGGER audit_unchanged BEFORE UPDATE ON recognition_auditevent "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
    else:
        schema_editor.execute(
            "CREATE OR REPLACE FUNCTION audit_unchanged() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{said}'; END $$"
        )
        schema_editor.execute(
            "CREATE TRIGGER audit_unchanged BEFORE UPDATE ON recognition_auditevent "
            "FOR EACH ROW EXECUTE FUNCTION audit_unchanged()"
        )


def allow_changes_of_the_audit_log(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS audit_unchanged")
    else:
        schema_editor.execute("DROP FUNCTION IF EXISTS audit_unchanged CASCADE")


class Migration(migrations.Migration):
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("recognition", "0011_audit_and_profiles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("beginning", models.CharField(max_length=12, verbose_name="begins with")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("scopes", models.JSONField(default=list, verbose_name="scopes")),
                (
                    "created",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                ("expires", models.DateTimeField(null=True, verbose_name="expires")),
                ("last_used", models.DateTimeField(null=True, verbose_name="last used")),
                (
                    "last_address",
                    models.GenericIPAddressField(null=True, verbose_name="last address"),
                ),
            ],
            options={
                "verbose_name": "API token",
                "verbose_name_plural": "API tokens",
                "ordering": ("-created", "-id"),
                "permissions": [("lasting_apitoken", "Can make API tokens that never expire")],
                "default_permissions": ("view", "delete"),
            },
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="action",
            field=models.CharField(
                choices=[
                    ("signed_in", "signed in"),
                    ("sign_in_failed", "failed to sign in"),
                    ("signed_out", "signed out"),
                    ("session_ended", "ended a session"),
                    ("password_changed", "changed a password"),
                    ("password_reset", "reset a password"),
                    ("factor_added", "added a second factor"),
                    ("factor_removed", "removed a second factor"),
                    ("token_made", "made an API token"),
                    ("token_revoked", "revoked an API token"),
                    ("person_invited", "invited a person"),
                    ("person_added", "added a person"),
                    ("person_changed", "changed a person"),
                    ("role_changed", "changed a role"),
                    ("person_deactivated", "deactivated a person"),
                    ("person_deleted", "deleted a person"),
                    ("photos_deleted", "deleted photos"),
                    ("photos_restored", "restored photos"),
                    ("exported", "exported data"),
                    ("imported", "imported data"),
                    ("promoted", "promoted a version"),
                    ("label_changed", "changed the labels"),
                    ("setting_changed", "changed a setting"),
                    ("backed_up", "backed up"),
                    ("restored", "restored a backup"),
                    ("admin_changed", "changed something in the administration"),
                ],
                max_length=20,
                verbose_name="what",
            ),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["user_name", "-at", "-id"], name="audit_by_name"),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["action", "-at", "-id"], name="audit_by_action"),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["address", "-at", "-id"], name="audit_by_address"),
        ),
        migrations.RunPython(take_tokens_over, migrations.RunPython.noop),
        migrations.RunPython(clean_the_log, migrations.RunPython.noop),
        migrations.RunPython(carry_rights_over, migrations.RunPython.noop),
        migrations.RunPython(refuse_changes_of_the_audit_log, allow_changes_of_the_audit_log),
    ]
