"""Uploads that wait have an index of their own, and what machines have accepted is counted along its
index."""

from django.db import migrations, models

from recognition.migrations._concurrently import AddIndexMeanwhile, RemoveIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("recognition", "0022_explanations"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="prediction",
            index=models.Index(
                condition=models.Q(("model_version__isnull", True)),
                fields=["state", "weight", "turn", "created", "id"],
                name="prediction_uploads",
            ),
        ),
        AddIndexMeanwhile(
            model_name="prediction",
            index=models.Index(
                condition=models.Q(("accepted__isnull", False)),
                fields=["-accepted", "id", "review", "photo"],
                name="prediction_accepted_counted",
            ),
        ),
        RemoveIndexMeanwhile(
            model_name="prediction",
            name="prediction_accepted",
        ),
    ]
