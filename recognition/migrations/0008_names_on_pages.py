"""Names on pages only: the database has nothing to do."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0007_replaced_answers_leave_the_review"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="modelversion",
            options={
                "ordering": ("-number",),
                "permissions": [("promote", "Can make a version live or roll it back")],
                "verbose_name": "version",
                "verbose_name_plural": "versions",
            },
        ),
        migrations.AlterField(
            model_name="decision",
            name="model_version",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="recognition.modelversion",
                verbose_name="version",
            ),
        ),
        migrations.AlterField(
            model_name="livechange",
            name="how",
            field=models.CharField(
                choices=[
                    ("set_up", "set-up"),
                    ("promoted", "made live"),
                    ("rolled_back", "rolled back"),
                    ("rule", "made live by automation"),
                ],
                default="set_up",
                max_length=12,
                verbose_name="how",
            ),
        ),
        migrations.AlterField(
            model_name="prediction",
            name="model_version",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predictions",
                to="recognition.modelversion",
                verbose_name="version",
            ),
        ),
        migrations.AlterField(
            model_name="trainingpolicy",
            name="promotes",
            field=models.BooleanField(default=False, verbose_name="make better versions live"),
        ),
        migrations.AlterField(
            model_name="trainingrun",
            name="model_version",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="training_run",
                to="recognition.modelversion",
                verbose_name="version",
            ),
        ),
        migrations.AlterField(
            model_name="trainingrun",
            name="parent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs_from_here",
                to="recognition.modelversion",
                verbose_name="parent version",
            ),
        ),
    ]
