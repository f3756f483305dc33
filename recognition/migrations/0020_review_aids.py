"""What reviewers say besides labels: of near-duplicates, in notes and in questions; and which decisions
were made without the answer in view. New tables, and columns that nothing has to fill."""

import django.db.models.deletion
import recognition.models.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0019_notifications"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="blind",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "to measure what showing it does"), (2, "as they wanted")],
                null=True,
                verbose_name="without the answer shown",
            ),
        ),
        migrations.AddField(
            model_name="profile",
            name="reviews_blind",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="GroupDecision",
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
                ("group", models.UUIDField(verbose_name="near-duplicates")),
                ("photos", models.PositiveIntegerField(verbose_name="photos")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                ("undone", models.DateTimeField(null=True, verbose_name="undone")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recognition.photo",
                        verbose_name="kept",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision about near-duplicates",
                "verbose_name_plural": "decisions about near-duplicates",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="LeftOut",
            fields=[
                (
                    "photo",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="left_out",
                        serialize=False,
                        to="recognition.photo",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="left_out",
                        to="recognition.groupdecision",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PhotoNote",
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
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                ("text", models.CharField(max_length=500, verbose_name="note")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="recognition.photo",
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ("at", "id"),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Question",
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
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                ("text", models.CharField(blank=True, max_length=500, verbose_name="question")),
                ("closed", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recognition.decision",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="recognition.photo",
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ("at", "id"),
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="groupdecision",
            index=models.Index(fields=["-at", "-id"], name="group_decision_newest"),
        ),
        migrations.AddConstraint(
            model_name="groupdecision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone", None)),
                fields=("group",),
                name="one_decision_per_group",
            ),
        ),
        migrations.AddIndex(
            model_name="photonote",
            index=models.Index(fields=["photo", "at", "id"], name="note_of_photo"),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                condition=models.Q(("closed", None)), fields=["at", "id"], name="question_open"
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(fields=["photo", "at", "id"], name="question_of_photo"),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed", None)), fields=("photo",), name="one_open_question"
            ),
        ),
    ]
