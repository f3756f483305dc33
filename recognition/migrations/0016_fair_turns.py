from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0015_axes_goes"),
    ]

    operations = [
        migrations.AddField(
            model_name="prediction",
            name="turn",
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name="prediction",
            name="weight",
            field=models.PositiveSmallIntegerField(choices=[(0, "Light"), (1, "Heavy")], default=0),
        ),
        migrations.AddIndex(
            model_name="prediction",
            index=models.Index(
                fields=["state", "weight", "turn", "created", "id"], name="prediction_turns"
            ),
        ),
    ]
