"""The built-in labels stand in a tree: groups above them, up to "animal" and "vehicle".

What people have arranged stays as they have arranged it: a label that has a parent, or that is
retired or merged, is left alone. A new instance has no labels yet; its set-up adds the whole tree.
"""

from django.db import migrations, models
from django.db.models import Q

# slug, kind, English and Chinese name, parent: those that no network says, parents first.
GROUPS = (
    ("animal", "animal", "Animal", "动物", ""),
    ("mammal", "animal", "Mammal", "哺乳动物", "animal"),
    ("cat-family", "animal", "Cat family", "猫科动物", "mammal"),
    ("dog-family", "animal", "Dog family", "犬科动物", "mammal"),
    ("hoofed-animal", "animal", "Hoofed animal", "有蹄动物", "mammal"),
    ("giraffe", "animal", "Giraffe", "长颈鹿", "hoofed-animal"),  # the finder alone says it
    ("rodent", "animal", "Rodent", "啮齿动物", "mammal"),
    ("sea-mammal", "animal", "Sea mammal", "海洋哺乳动物", "mammal"),
    ("bird-of-prey", "animal", "Bird of prey", "猛禽", "bird"),
    ("waterfowl", "animal", "Waterfowl", "水禽", "bird"),
    ("reptile-or-amphibian", "animal", "Reptile or amphibian", "爬行或两栖动物", "animal"),
    ("invertebrate", "animal", "Invertebrate", "无脊椎动物", "animal"),
    ("vehicle", "vehicle", "Vehicle", "交通工具", ""),
    ("road-vehicle", "vehicle", "Road vehicle", "道路车辆", "vehicle"),
    ("two-wheeler", "vehicle", "Two-wheeler", "两轮车", "road-vehicle"),
    ("rail-vehicle", "vehicle", "Rail vehicle", "轨道交通工具", "vehicle"),
    ("watercraft", "vehicle", "Watercraft", "水上交通工具", "vehicle"),
    ("aircraft", "vehicle", "Aircraft or spacecraft", "航空器或航天器", "vehicle"),
)
# The labels that networks say, by their parent; those above others first.
CHILDREN = {
    "animal": "bird fish other-animal",
    "mammal": "elephant panda bear monkey rabbit kangaroo koala hedgehog weasel",
    "cat-family": "cat lion tiger leopard cheetah",
    "dog-family": "dog fox wolf",
    "hoofed-animal": "horse cow sheep zebra deer goat pig camel hippo",
    "rodent": "squirrel hamster",
    "sea-mammal": "seal whale",
    "bird": "chicken parrot peacock penguin",
    "bird-of-prey": "owl eagle",
    "waterfowl": "duck swan",
    "reptile-or-amphibian": "snake lizard crocodile turtle frog",
    "fish": "shark",
    "invertebrate": "insect spider crab snail",
    "insect": "butterfly bee",
    "vehicle": "tank sled forklift",
    "road-vehicle": "car bus truck tractor ambulance fire-engine camper carriage kart",
    "two-wheeler": "motorcycle bicycle",
    "rail-vehicle": "train tram",
    "watercraft": "ship boat submarine",
    "aircraft": "airplane balloon rocket",
}
PARENTS = {
    **{slug: parent for slug, _kind, _en, _zh, parent in GROUPS if parent},
    **{slug: parent for parent, slugs in CHILDREN.items() for slug in slugs.split()},
}


def arrange(apps, schema_editor):
    """Done again, it changes nothing."""
    Label = apps.get_model("recognition", "Label")
    rows = {label.slug: label for label in Label.objects.all()}
    if not rows:
        return
    nodes = _groups(Label, rows)
    nodes |= {slug: rows[slug] for slug in PARENTS if slug in rows and slug not in nodes}
    for slug, label in nodes.items():
        parent = _parent(slug, label, nodes) if _is_free(label) else None
        if parent and not _is_above(label, parent, Label):
            Label.objects.filter(pk=label.pk).update(parent=parent)
    _settle_doubts(apps, nodes)


def _groups(label_model, rows):
    """The label that each group is: one of people's own of that name, or else a new one."""
    found = {}
    for slug, kind, name_en, name_zh, _parent in GROUPS:
        named = label_model.objects.filter(
            Q(name_en__iexact=name_en) | Q(name_zh=name_zh), kind=kind
        )
        own = rows.get(slug) or named.filter(active=True, merged_into=None).first()
        if own is None:
            names = {"name_en": name_en, "name_zh": name_zh}
            own = label_model.objects.create(slug=slug, kind=kind, **names)
        if own.kind == kind:
            found[slug] = own
    return found


def _is_free(label):
    """Whether nobody has said where the label stands."""
    return label.parent_id is None and label.active and label.merged_into_id is None


def _parent(slug, label, nodes):
    """The nearest of the built-in ancestors that can be the label's parent."""
    while slug := PARENTS.get(slug):
        parent = nodes.get(slug)
        usable = parent and parent.active and parent.merged_into_id is None
        if usable and parent.pk != label.pk and parent.kind == label.kind:
            return parent
    return None


def _is_above(label, other, label_model):
    """Whether the label is an ancestor of the other one already."""
    parents = dict(label_model.objects.values_list("pk", "parent"))
    seen, above = set(), other.pk
    while above is not None and above not in seen:
        if above == label.pk:
            return True
        seen.add(above)
        above = parents[above]
    return False


def _settle_doubts(apps, nodes):
    """Who called an owl a bird was right, if not exact: nobody need look again."""
    Label = apps.get_model("recognition", "Label")
    Prediction = apps.get_model("recognition", "Prediction")
    for slug in ("bird", "fish", "insect"):
        if slug in nodes:
            below, found = [], [nodes[slug].pk]
            while found:
                below += found
                children = Label.objects.filter(parent__in=found).exclude(pk__in=below)
                found = list(children.values_list("pk", flat=True))
            doubted = Prediction.objects.filter(disagreement__isnull=False, label=nodes[slug])
            doubted.filter(photo__label__in=below).update(disagreement=None)


class Migration(migrations.Migration):
    dependencies = [("recognition", "0009_subjects")]
    operations = [
        migrations.RunPython(arrange, migrations.RunPython.noop),
        migrations.AlterField(
            "ComparedPhoto",
            "outcome",
            models.CharField(
                max_length=10,
                choices=[
                    ("fixed", "fixed"),
                    ("broken", "broken"),
                    ("finer", "right, and finer now"),
                    ("broader", "right, but broader now"),
                    ("broad", "right now, but broad"),
                    ("both_right", "both right"),
                    ("both_wrong", "both wrong"),
                    ("different", "different"),
                ],
            ),
        ),
    ]
