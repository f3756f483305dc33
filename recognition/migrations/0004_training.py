"""Training: data sets, runs, curves, experiments, comparisons, policy."""

import django.db.models.deletion
import recognition.models.ids
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import Apps
from django.db.models import F


def give_trunks_a_digest(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """No two versions of before share a trunk, so their own digest names it."""
    apps.get_model("recognition", "ModelVersion").objects.update(trunk_sha256=F("sha256"))


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0003_review_of_what_is_there"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Nothing ever wrote these two tables: they are made anew.
        migrations.DeleteModel("TrainingExample"),
        migrations.DeleteModel("TrainingRun"),
        migrations.CreateModel(
            name="DataSet",
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
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "fingerprint",
                    models.CharField(
                        help_text="SHA-256 over the photos' own, their labels and splits",
                        max_length=64,
                    ),
                ),
                ("summary", models.JSONField(default=dict)),
            ],
        ),
        migrations.AlterModelOptions(
            name="livechange",
            options={
                "ordering": ("-at",),
                "verbose_name": "change of the live version",
                "verbose_name_plural": "What was live when",
            },
        ),
        migrations.AddField(
            model_name="livechange",
            name="how",
            field=models.CharField(
                choices=[
                    ("set_up", "set-up"),
                    ("promoted", "promoted"),
                    ("rolled_back", "rolled back"),
                    ("rule", "promoted by the rule"),
                ],
                default="set_up",
                max_length=12,
                verbose_name="how",
            ),
        ),
        migrations.AddField(
            model_name="modelversion",
            name="trunk_sha256",
            field=models.CharField(
                blank=True,
                help_text="versions with the same trunk understand each other's embeddings",
                max_length=64,
            ),
        ),
        migrations.CreateModel(
            name="Comparison",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("error", models.TextField(blank=True)),
                ("lease_owner", models.CharField(blank=True, max_length=100)),
                ("lease_expires", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "replay",
                    models.PositiveIntegerField(
                        default=500, help_text="how many of the latest uploads"
                    ),
                ),
                ("made", models.DateTimeField(null=True, verbose_name="made")),
                ("findings", models.JSONField(default=dict)),
                (
                    "baseline",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recognition.modelversion",
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comparisons",
                        to="recognition.modelversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "comparison",
                "verbose_name_plural": "comparisons",
            },
        ),
        migrations.CreateModel(
            name="ComparedPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[("test", "test split"), ("replay", "latest uploads")],
                        max_length=10,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("fixed", "fixed"),
                            ("broken", "broken"),
                            ("both_right", "both right"),
                            ("both_wrong", "both wrong"),
                            ("different", "different"),
                        ],
                        max_length=10,
                    ),
                ),
                ("before_confidence", models.FloatField()),
                ("after_confidence", models.FloatField()),
                (
                    "after",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recognition.label",
                    ),
                ),
                (
                    "before",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recognition.label",
                    ),
                ),
                (
                    "label",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recognition.label",
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recognition.photo",
                    ),
                ),
                (
                    "comparison",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photos",
                        to="recognition.comparison",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Experiment",
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("comparison", "comparison"), ("search", "search")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("plan", models.JSONField(default=dict)),
                (
                    "stopped",
                    models.DateTimeField(
                        help_text="no more trials", null=True, verbose_name="stopped"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="experiments",
                        to="recognition.dataset",
                    ),
                ),
            ],
            options={
                "verbose_name": "experiment",
                "verbose_name_plural": "experiments",
                "ordering": ("-created", "-id"),
            },
        ),
        migrations.CreateModel(
            name="TrainingExample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "split",
                    models.CharField(
                        choices=[
                            ("train", "training"),
                            ("validation", "validation"),
                            ("test", "test"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "dataset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="examples",
                        to="recognition.dataset",
                    ),
                ),
                (
                    "label",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="recognition.label",
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="examples",
                        to="recognition.photo",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TrainingPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "promotes",
                    models.BooleanField(default=False, verbose_name="promote what is better"),
                ),
                (
                    "min_gain",
                    models.FloatField(
                        default=0.005,
                        help_text="of accuracy, 0 to 1",
                        verbose_name="better on the test split by at least",
                    ),
                ),
                (
                    "max_label_loss",
                    models.FloatField(
                        default=0.05,
                        help_text="of recall, 0 to 1",
                        verbose_name="no label worse by more than",
                    ),
                ),
                (
                    "schedule",
                    models.CharField(
                        choices=[
                            ("off", "never"),
                            ("nightly", "every night"),
                            ("after_labels", "after a number of new labels"),
                        ],
                        default="off",
                        max_length=12,
                        verbose_name="teach again",
                    ),
                ),
                (
                    "hour",
                    models.PositiveSmallIntegerField(default=3, verbose_name="hour of the night"),
                ),
                ("new_labels", models.PositiveIntegerField(default=100, verbose_name="new labels")),
                ("launched", models.DateTimeField(null=True, verbose_name="last launched")),
                ("changed", models.DateTimeField(auto_now=True, verbose_name="changed")),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="changed by",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TrainingRun",
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
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("teach", "teach"),
                            ("fine_tune", "fine-tune"),
                            ("from_scratch", "from scratch"),
                        ],
                        default="teach",
                        max_length=12,
                        verbose_name="mode",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("succeeded", "succeeded"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("network", models.CharField(max_length=60, verbose_name="network")),
                ("parameters", models.JSONField(default=dict, verbose_name="parameters")),
                ("varied", models.JSONField(default=dict)),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reading", "reading the photos"),
                            ("training", "training"),
                            ("measuring", "measuring on the test split"),
                            ("saving", "saving the version"),
                        ],
                        max_length=10,
                        verbose_name="stage",
                    ),
                ),
                (
                    "progress",
                    models.FloatField(default=0.0, help_text="0 to 1", verbose_name="progress"),
                ),
                (
                    "seconds_left",
                    models.FloatField(help_text="seconds", null=True, verbose_name="time left"),
                ),
                ("started", models.DateTimeField(null=True, verbose_name="started")),
                ("finished", models.DateTimeField(null=True, verbose_name="finished")),
                ("notes", models.JSONField(default=list)),
                (
                    "score",
                    models.FloatField(
                        help_text="accuracy on the validation split, 0 to 1",
                        null=True,
                        verbose_name="score",
                    ),
                ),
                (
                    "lease_owner",
                    models.CharField(blank=True, max_length=100, verbose_name="worker"),
                ),
                ("lease_expires", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("cancel_asked", models.DateTimeField(null=True, verbose_name="cancel asked")),
                ("error", models.CharField(blank=True, max_length=30, verbose_name="error")),
                ("error_detail", models.TextField(blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="recognition.dataset",
                        verbose_name="photos",
                    ),
                ),
                (
                    "experiment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="runs",
                        to="recognition.experiment",
                        verbose_name="experiment",
                    ),
                ),
                (
                    "model_version",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="training_run",
                        to="recognition.modelversion",
                        verbose_name="model version",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs_from_here",
                        to="recognition.modelversion",
                        verbose_name="starts from",
                    ),
                ),
            ],
            options={
                "verbose_name": "training run",
                "verbose_name_plural": "training runs",
                "ordering": ("-created", "-id"),
                "permissions": [("train", "Can launch and cancel training")],
            },
        ),
        migrations.CreateModel(
            name="TrainingEpoch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="epoch")),
                ("train_loss", models.FloatField(null=True, verbose_name="training loss")),
                ("validation_loss", models.FloatField(null=True, verbose_name="validation loss")),
                (
                    "validation_accuracy",
                    models.FloatField(null=True, verbose_name="validation accuracy"),
                ),
                ("learning_rate", models.FloatField(null=True, verbose_name="learning rate")),
                ("seconds", models.FloatField(null=True, verbose_name="seconds")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="epochs",
                        to="recognition.trainingrun",
                    ),
                ),
            ],
            options={
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="Repredicting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked", models.DateTimeField(verbose_name="asked")),
                (
                    "next_photo",
                    models.UUIDField(help_text="the newest that is still to do", null=True),
                ),
                (
                    "looked_at",
                    models.PositiveIntegerField(default=0, verbose_name="photos looked at"),
                ),
                ("finished", models.DateTimeField(null=True, verbose_name="finished")),
                ("error", models.TextField(blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "said",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recognition.label",
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="repredicting",
                        to="recognition.modelversion",
                        verbose_name="version",
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="prediction",
            name="embedding",
            field=models.BinaryField(
                help_text="float16 numbers, little endian; how many depends on the network",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="comparison",
            constraint=models.UniqueConstraint(
                fields=("candidate", "baseline"), name="one_comparison_a_pair"
            ),
        ),
        migrations.AddIndex(
            model_name="comparedphoto",
            index=models.Index(
                fields=["comparison", "part", "outcome", "id"], name="compared_outcome"
            ),
        ),
        migrations.AddIndex(
            model_name="comparedphoto",
            index=models.Index(
                fields=["comparison", "part", "label", "after"], name="compared_cell"
            ),
        ),
        migrations.AddIndex(
            model_name="trainingexample",
            index=models.Index(fields=["dataset", "photo"], name="example_of_dataset"),
        ),
        migrations.AddIndex(
            model_name="trainingrun",
            index=models.Index(fields=["state", "mode", "created"], name="run_queue"),
        ),
        migrations.AddConstraint(
            model_name="trainingepoch",
            constraint=models.UniqueConstraint(fields=("run", "number"), name="one_row_an_epoch"),
        ),
        migrations.RunPython(give_trunks_a_digest, migrations.RunPython.noop),
    ]
