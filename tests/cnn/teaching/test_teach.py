from __future__ import annotations

import numpy as np
import pytest
import torch

from recognition.cnn.head import GroupedHead
from recognition.cnn.manifest import Manifest
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.taxonomy import Label
from recognition.cnn.teaching.expansion import descendants, expand_head
from recognition.cnn.teaching.teach import Examples, Taught, default_strength, teach

SIZE = 32
CLASSES = 12
RNG = np.random.default_rng(0)
# What each of the twelve classes looks like, and two things that the parent never saw.
LOOKS = RNG.normal(size=(CLASSES + 2, SIZE)).astype(np.float32)
NONE = Examples(np.zeros((0, SIZE), np.float32), np.zeros(0, np.int64))


def label(slug: str, classes: tuple[int, ...], kind: str = "animal", parent: str = "") -> Label:
    return Label(slug, kind, slug.title(), slug, parent or None, classes)


OLD = (
    label("cat", (0, 1)),
    label("dog", (2, 3)),
    label("car", (4, 5), "vehicle"),
    label("neither", (6, 7, 8, 9, 10, 11), "neither"),
)
PARENT = Manifest(
    name="Small",
    network="lite0",
    preprocessing=Preprocessing(256, 224, "bicubic", 127.0, 128.0),
    temperature=1.0,
    labels=OLD,
    fine_names=tuple(f"class {i}" for i in range(CLASSES)),
    class_weights=(1.0,) * CLASSES,
)


def parent_head() -> GroupedHead:
    head = GroupedHead(SIZE, [known.classes for known in OLD], 1.0, PARENT.class_weights)
    with torch.no_grad():
        head.fine.weight.copy_(torch.from_numpy(LOOKS[:CLASSES]) / 4)
        head.fine.bias.zero_()
    return head


def photos(look: int, count: int, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng([look, seed]).normal(size=(count, SIZE))
    return (LOOKS[look] + 0.5 * noise).astype(np.float32)


def examples(**counts: int) -> Examples:
    """Photos by label; `new` looks like nothing that the parent knows."""
    labels = {"cat": (0, 0), "dog": (1, 2), "car": (2, 4), "neither": (3, 6), "new": (4, 12)}
    rows = [(labels[name], count) for name, count in counts.items()]
    return Examples(
        np.concatenate([photos(look, count) for (_, look), count in rows]),
        np.concatenate([np.full(count, index) for (index, _), count in rows]),
    )


def answers(taught: Taught, embeddings: np.ndarray) -> list[str]:
    best = taught.head(torch.from_numpy(embeddings))[0].argmax(1)
    return [taught.manifest.labels[i].slug for i in best.tolist()]


def taught(
    labels: tuple[Label, ...], train: Examples, validation: Examples = NONE, anchors: int = 0
) -> Taught:
    unlabelled = np.concatenate([photos(look, 5, seed=9) for look in range(CLASSES)])[:anchors]
    return teach(PARENT, parent_head(), labels, train, validation, unlabelled)


NEW = (*OLD, label("new", (), "other"))


@pytest.mark.parametrize("anchors", [0, 60])
def test_a_new_label_is_learned_and_the_old_ones_stay(anchors: int) -> None:
    result = taught(NEW, examples(new=12), anchors=anchors)
    assert answers(result, photos(12, 20, seed=1)).count("new") >= 19
    for index in (0, 2, 4, 6, 9):
        slug = next(known.slug for known in OLD if index in known.classes)
        assert answers(result, photos(index, 20, seed=1)).count(slug) >= 19


def test_labelled_photos_correct_an_old_label() -> None:
    strange = Examples(photos(13, 8), np.zeros(8, np.int64))
    result = taught(OLD, strange)
    assert answers(result, photos(13, 10, seed=1)) == ["cat"] * 10


def test_anchors_that_look_like_what_is_taught_do_not_prevent_it() -> None:
    anchors = np.concatenate([photos(look, 5, seed=9) for look in [*range(CLASSES), *[12] * 4]])
    result = teach(PARENT, parent_head(), NEW, examples(new=12), NONE, anchors)
    assert answers(result, photos(12, 20, seed=1)).count("new") >= 18


def test_a_child_takes_from_its_parent_only() -> None:
    labels = (*OLD, label("coupe", (), "vehicle", parent="car"))
    train = Examples(photos(5, 12), np.full(12, 4))
    result = taught(labels, train, anchors=60)
    assert answers(result, photos(5, 20, seed=1)).count("coupe") >= 19
    assert answers(result, photos(0, 20, seed=1)) == ["cat"] * 20


def test_a_photo_of_a_parent_does_not_speak_against_its_children() -> None:
    labels = (*OLD, label("coupe", (), "vehicle", parent="car"))
    train = Examples(np.concatenate([photos(5, 12), photos(13, 12)]), np.repeat([4, 2], 12))
    result = taught(labels, train)
    assert set(answers(result, photos(13, 20, seed=1))) <= {"car", "coupe"}
    assert answers(result, photos(5, 20, seed=1)).count("coupe") >= 18


def test_the_manifest_describes_the_grown_head() -> None:
    manifest, head, report, _ = taught(NEW, examples(new=12, cat=3))
    assert manifest.labels[:4] == OLD
    assert manifest.labels[4].classes == (CLASSES,)
    assert manifest.fine_names[-1] == "New"
    assert len(manifest.class_weights) == head.fine.out_features == CLASSES + 1
    assert manifest.temperature == head.temperature
    assert report["few"] == {"cat": 3}


def test_the_same_seed_gives_the_same_head() -> None:
    first, second = (taught(NEW, examples(new=12, dog=5), anchors=60) for _ in range(2))
    assert torch.equal(first.head.fine.weight, second.head.fine.weight)


def test_the_validation_accuracy_is_that_of_a_head_that_has_not_learned_those_photos() -> None:
    """Photos of something unknown that are called cats: whoever has not seen them is wrong."""
    train = examples(cat=12, dog=12)
    validation = Examples(photos(13, 12), np.zeros(12, np.int64))
    result = taught(OLD, train, validation)
    assert answers(result, validation.embeddings) == ["cat"] * 12
    assert result.validation_accuracy < 0.5
    assert result.validation_accuracy in result.report["validation_accuracy"].values()


def test_without_validation_photos_there_is_no_validation_accuracy() -> None:
    assert taught(NEW, examples(new=12)).validation_accuracy is None


def test_strengths_are_judged_by_the_validation_photos() -> None:
    report = taught(NEW, examples(new=12, dog=5), examples(new=3, cat=2)).report
    assert len(report["validation_accuracy"]) == 3
    assert report["lambda"] > 0


def test_a_taught_version_is_taught_again() -> None:
    first = taught(NEW, examples(new=12))
    labels = (*first.manifest.labels, label("newer", (), "other"))
    train = Examples(
        np.concatenate([photos(12, 12), photos(13, 12)]), np.repeat(np.array([4, 5]), 12)
    )
    second = teach(first.manifest, first.head, labels, train, NONE, NONE.embeddings)
    assert answers(second, photos(12, 20, seed=1)).count("new") >= 18
    assert answers(second, photos(13, 20, seed=1)).count("newer") >= 18
    assert answers(second, photos(0, 20, seed=1)).count("cat") >= 19


def test_raising_in_on_progress_cancels() -> None:
    def stop(progress: float) -> None:
        if progress > 0.05:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        teach(PARENT, parent_head(), OLD, examples(cat=5), NONE, NONE.embeddings, on_progress=stop)


def test_without_photos_there_is_nothing_to_teach() -> None:
    with pytest.raises(ValueError, match="no photo"):
        taught(NEW, NONE)


def test_the_strength_grows_with_the_photos_of_a_label() -> None:
    few, many, most = (default_strength(torch.arange(3).repeat(n)) for n in (3, 6, 1000))
    assert few < many < most == 1e-3


def test_a_new_class_starts_as_the_mean_of_its_parents() -> None:
    _, head = expand_head(
        PARENT, parent_head(), (*OLD, label("coupe", (), "vehicle", parent="car"))
    )
    torch.testing.assert_close(head.fine.weight[12], head.fine.weight[4:6].mean(0))


def test_descendants_survive_a_circle() -> None:
    labels = (label("a", (0,), parent="b"), label("b", (1,), parent="a"), label("c", (2,)))
    expected = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert torch.equal(descendants(labels), expected)
