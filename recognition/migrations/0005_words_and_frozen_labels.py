"""A version calls its backbone so; a run keeps the labels that it was launched with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recognition", "0004_training")]

    operations = [
        migrations.RenameField("modelversion", "trunk_sha256", "backbone_sha256"),
        migrations.AlterField(
            "modelversion",
            "backbone_sha256",
            models.CharField(
                blank=True,
                help_text="versions with the same backbone understand each other's embeddings",
                max_length=64,
            ),
        ),
        migrations.AddField("trainingrun", "labels", models.JSONField(default=list)),
        # Only its help text: the database has nothing to do.
        migrations.AlterField(
            "prediction",
            "error",
            models.CharField(
                blank=True,
                help_text="a code of photos/refusals.py",
                max_length=30,
                verbose_name="error",
            ),
        ),
    ]
