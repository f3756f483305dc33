"""When, with what and where photos were taken, and the bursts among them.

Nothing is rewritten: of photos that are there, the analyst reads it from their originals.
"""

from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

WHEN = Coalesce("taken_at", "created").desc()


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0017_search_names"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="camera",
            field=models.CharField(blank=True, max_length=120, null=True, verbose_name="camera"),
        ),
        migrations.AddField(
            model_name="photo",
            name="capture_due",
            field=models.PositiveSmallIntegerField(
                db_default=models.Value(1), default=None, null=True
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="event",
            field=models.UUIDField(
                help_text="shared by the photos of one burst: the id of the first of them",
                null=True,
                verbose_name="event",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="latitude",
            field=models.FloatField(
                blank=True,
                help_text="degrees, north is positive",
                null=True,
                verbose_name="latitude",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="longitude",
            field=models.FloatField(
                blank=True,
                help_text="degrees, east is positive",
                null=True,
                verbose_name="longitude",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="taken_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="taken"),
        ),
        migrations.AddField(
            model_name="profile",
            name="drop_place",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="drop the place from my photos"
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("export", "export of a version"),
                    ("import", "import of a version"),
                    ("learning_curve", "learning curve"),
                    ("suspect_search", "search for suspect labels"),
                    ("backfill", "photos predicted again"),
                    ("photo_deletion", "deletion of photos"),
                    ("photo_restoration", "restoring of photos"),
                    ("person_deletion", "deletion of a person"),
                    ("label_merge", "merging of labels"),
                    ("places", "places of photos"),
                    ("storage_check", "storage check"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=Q(event__isnull=False), fields=["event", "id"], name="photo_event"
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=Q(capture_due__isnull=False),
                fields=["capture_due", "id"],
                name="photo_capture_due",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(WHEN, F("id").desc(), name="photo_when"),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(F("owner"), WHEN, F("id").desc(), name="photo_when_of_owner"),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                F("camera"),
                WHEN,
                F("id").desc(),
                condition=Q(camera__isnull=False),
                name="photo_camera",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                F("owner"),
                F("camera"),
                WHEN,
                F("id").desc(),
                condition=Q(camera__isnull=False),
                name="photo_camera_of_owner",
            ),
        ),
    ]
