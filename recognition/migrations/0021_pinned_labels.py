"""Labels that a person keeps at hand, and labels without a Chinese name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0020_review_aids"),
    ]

    operations = [
        migrations.AddField(
            model_name="profile",
            name="pinned_labels",
            field=models.JSONField(blank=True, default=list, verbose_name="pinned labels"),
        ),
        migrations.AlterField(
            model_name="label",
            name="name_zh",
            field=models.CharField(
                blank=True,
                help_text="without one: the English name",
                max_length=60,
                verbose_name="Chinese name",
            ),
        ),
    ]
