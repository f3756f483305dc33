"""Who is told of what happens, and how far they were; who asked for a comparison."""

import django.db.models.deletion
import django.utils.timezone
import recognition.models.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0018_capture"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="comparison",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="comparison",
            name="ended",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="profile",
            name="seen_notices",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.CreateModel(
            name="Receiver",
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
                    "way",
                    models.CharField(
                        choices=[("webhook", "webhook"), ("mail", "mail")], max_length=10
                    ),
                ),
                ("url", models.CharField(blank=True, max_length=500, verbose_name="address")),
                ("secret", models.TextField(blank=True)),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                ("events", models.JSONField(default=list, verbose_name="events")),
                ("active", models.BooleanField(default=True, verbose_name="switched on")),
                (
                    "off_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("gone", "It answered 410 Gone, which asks to send nothing more.")
                        ],
                        max_length=10,
                    ),
                ),
                ("site", models.CharField(blank=True, max_length=200)),
                (
                    "created",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                ("removed", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("paused_until", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "ordering": ("created", "id"),
                "default_permissions": ("change",),
            },
        ),
        migrations.CreateModel(
            name="OutgoingEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("photo.predicted", "photo predicted"),
                            ("label.decided", "label decided"),
                            ("run.ended", "training run ended"),
                            ("version.promoted", "version promoted"),
                            ("promise.broken", "accuracy promise broken"),
                            ("drift.found", "uploads differ from what is labelled"),
                            ("test", "test"),
                        ],
                        max_length=20,
                        verbose_name="event",
                    ),
                ),
                ("subject", models.CharField(max_length=64)),
                ("data", models.JSONField(default=dict)),
                (
                    "at",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, verbose_name="at"
                    ),
                ),
                ("spread", models.DateTimeField(null=True)),
                (
                    "only",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recognition.receiver",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Delivery",
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
                ("subject", models.CharField(max_length=64)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("due", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished", models.DateTimeField(null=True)),
                ("delivered", models.BooleanField(default=False)),
                ("tried", models.DateTimeField(null=True)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("error", models.CharField(blank=True, max_length=30)),
                ("lease_owner", models.CharField(blank=True, max_length=100)),
                ("lease_expires", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="recognition.outgoingevent",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="recognition.receiver",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["by", "finished"], name="job_ended"),
        ),
        migrations.AddIndex(
            model_name="trainingrun",
            index=models.Index(fields=["by", "finished"], name="run_ended"),
        ),
        migrations.AddIndex(
            model_name="outgoingevent",
            index=models.Index(
                condition=models.Q(("spread__isnull", True)), fields=["id"], name="event_to_spread"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("finished__isnull", True)),
                fields=["receiver", "event"],
                name="delivery_open",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("finished__isnull", True)),
                fields=["receiver", "subject", "event"],
                name="delivery_open_subject",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("lease_expires__isnull", False)),
                fields=["receiver"],
                name="delivery_claimed",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("finished__isnull", True)),
                fields=["since"],
                name="delivery_open_since",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["receiver", "-id"], name="delivery_log"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["receiver", "delivered", "-id"], name="delivery_log_failed"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("event", "receiver"), name="one_delivery_a_receiver"
            ),
        ),
    ]
