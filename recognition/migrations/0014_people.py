"""Invitations; reviewers and trainers are staff by their group; what everybody stores is counted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Count, Sum

import recognition.models.ids

CHUNK = 500
STAFF_GROUPS = ("Reviewer", "Trainer")


def make_staff(apps, schema_editor):
    """Who had the group alone could not enter. Nobody loses anything."""
    User = apps.get_model(settings.AUTH_USER_MODEL)
    members = User.objects.filter(groups__name__in=STAFF_GROUPS, is_staff=False)
    ids = sorted(set(members.values_list("pk", flat=True)))
    for start in range(0, len(ids), CHUNK):
        User.objects.filter(pk__in=ids[start : start + CHUNK]).update(is_staff=True)


def count_originals(apps, schema_editor):
    """One pass over the photos, however many there are. Done again, it counts anew."""
    profiles = apps.get_model("recognition", "Profile")
    owners = apps.get_model("recognition", "Photo").objects.order_by().values_list("owner")
    counted = owners.annotate(bytes=Sum("size_bytes"), photos=Count("pk")).iterator()
    profiles.objects.bulk_create(
        [
            profiles(user_id=owner, stored_bytes=size_bytes, stored_photos=photos)
            for owner, size_bytes, photos in counted
        ],
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["stored_bytes", "stored_photos"],
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("recognition", "0013_trash"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
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
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("uploader", "Uploader"),
                            ("reviewer", "Reviewer"),
                            ("trainer", "Trainer"),
                            ("reviewer_trainer", "Reviewer and trainer"),
                            ("administrator", "Administrator"),
                        ],
                        default="uploader",
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="username")),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("expires", models.DateTimeField(db_index=True, verbose_name="expires")),
                ("used", models.DateTimeField(null=True, verbose_name="used")),
                ("revoked", models.DateTimeField(null=True, verbose_name="revoked")),
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
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ("-created", "-id"),
                "default_permissions": (),
            },
        ),
        migrations.RunPython(make_staff, migrations.RunPython.noop),
        migrations.RunPython(count_originals, migrations.RunPython.noop),
    ]
