"""Answers that no photo shows any more leave the review queue and the accepted ones.

The version before could put them back there when a photo was predicted again beside the promise.
"""

from django.db import migrations
from django.db.models import Exists, OuterRef, Q

CHUNK = 2000
EMPTY = dict.fromkeys(("review", "margin", "disagreement", "accepted", "analysis_due", "novelty"))


def leave(apps, schema_editor):
    """Along the partial indexes of what is reviewed, so that a million answered rows are not read."""
    Photo = apps.get_model("recognition", "Photo")
    Prediction = apps.get_model("recognition", "Prediction")
    shown = Exists(Photo.objects.filter(prediction=OuterRef("pk")))
    for reviewed in (Q(review__isnull=False), Q(accepted__isnull=False)):
        ids = list(Prediction.objects.filter(reviewed, ~shown).values_list("id", flat=True))
        for start in range(0, len(ids), CHUNK):
            chunk = Prediction.objects.filter(id__in=ids[start : start + CHUNK])
            chunk.filter(~shown).update(**EMPTY, similar=[])


class Migration(migrations.Migration):
    dependencies = [("recognition", "0006_jobs")]
    operations = [migrations.RunPython(leave, migrations.RunPython.noop)]
