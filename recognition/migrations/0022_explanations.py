"""Jobs that work out what a network saw in a photo, and the map of photos. Choices alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0021_pinned_labels"),
    ]

    operations = [
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
                    ("explanation", "explanation of an answer"),
                    ("walk", "walk through a network"),
                    ("photo_map", "map of photos"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
