"""Photos that were predicted or labelled before there was a review take part in it too."""

from itertools import islice

from django.db import migrations

CHUNK = 2000


def fill_queue(apps, schema_editor):
    Photo = apps.get_model("recognition", "Photo")
    Prediction = apps.get_model("recognition", "Prediction")
    labels = {label.id: label for label in apps.get_model("recognition", "Label").objects.all()}
    ids = {label.slug: label.id for label in labels.values()}

    def is_right(predicted_id, label_id):
        while label_id and label_id != predicted_id:
            label_id = labels[label_id].parent_id
        return label_id is not None

    shown = (
        Photo.objects.filter(prediction__state="done")
        .select_related("prediction")
        .defer("prediction__embedding")
        .iterator(CHUNK)
    )
    while chunk := list(islice(shown, CHUNK)):
        for photo in chunk:
            prediction = photo.prediction
            top = prediction.top
            first, second = [*(entry["confidence"] for entry in top), 0.0, 0.0][:2]
            prediction.margin = first - second
            prediction.analysis_due = prediction.created
            if photo.label_id is None:
                prediction.review = 1
            elif not is_right(prediction.label_id, photo.label_id):
                fitting = [e for e in top if is_right(ids[e["label"]], photo.label_id)]
                prediction.disagreement = first - sum(e["confidence"] for e in fitting)
        Prediction.objects.bulk_update(
            [photo.prediction for photo in chunk],
            ("margin", "review", "disagreement", "analysis_due"),
            batch_size=500,
        )


def record_decisions(apps, schema_editor):
    Photo = apps.get_model("recognition", "Photo")
    Decision = apps.get_model("recognition", "Decision")
    labelled = Photo.objects.exclude(label=None).iterator(CHUNK)
    while chunk := list(islice(labelled, CHUNK)):
        decisions = Decision.objects.bulk_create(
            Decision(
                photo=photo,
                by_id=photo.labelled_by_id,
                via="upload",
                to_label_id=photo.label_id,
            )
            for photo in chunk
        )
        for decision in decisions:  # creating them took the clock's time
            decision.at = decision.photo.labelled_at or decision.photo.created
        Decision.objects.bulk_update(decisions, ["at"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("recognition", "0002_review")]
    operations = [
        migrations.RunPython(fill_queue, migrations.RunPython.noop),
        migrations.RunPython(record_decisions, migrations.RunPython.noop),
    ]
