"""What a person can set before a training run starts. Torch-free.

Each field's metadata are what a form and the API need: title, help, min and max or choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Protocol, Self

from recognition.cnn.texts import gettext_noop

MODES = ("fine_tune", "from_scratch")
TRAINABLE = ("all", "last_stages", "head")
_MAX_SEED = 2**31 - 1
# Multiply-adds a second of training on one processor core (docs/decisions/fine-tuning.md).
_MULTIPLY_ADDS_A_SECOND = 12e9
# Decoding, augmenting and bookkeeping, whatever the network.
_SECONDS_A_PHOTO = 0.004
# Of a full step, forward and backward: what is left when less of the network learns.
_SHARE_OF_A_STEP = {"all": 1.0, "last_stages": 0.6, "head": 0.35}


class WrongParameter(ValueError):
    """A value that cannot be used; `field` names whose."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name}: {detail}")
        self.field = name


def _setting(default: Any, title: str, text: str, **limits: Any) -> Any:
    return field(default=default, metadata={"title": title, "help": text, **limits})


@dataclass(frozen=True)
class _Checked:
    """Parameters that are read from what people and programs send."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], base: Self | None = None) -> Self:
        """`base`, or the defaults, with these values. Raises WrongParameter (a ValueError)."""
        known = {parameter.name: parameter for parameter in fields(cls)}
        for name, value in values.items():
            if name not in known:
                raise WrongParameter(name, "there is no such parameter")
            _check(name, value, known[name].metadata, known[name].default)
        return replace(base or cls(), **values)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def _check(name: str, value: Any, limits: Mapping[str, Any], default: Any) -> None:
    """Whether a value is of its default's type and within the limits. Raises WrongParameter."""
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise WrongParameter(name, "must be true or false")
    elif isinstance(default, str):
        if value not in limits["choices"]:
            raise WrongParameter(name, f"must be one of {', '.join(limits['choices'])}")
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WrongParameter(name, "must be a number")
    elif isinstance(default, int) and not isinstance(value, int):
        raise WrongParameter(name, "must be a whole number")
    elif not limits["min"] <= value <= limits["max"]:
        raise WrongParameter(name, f"must be from {limits['min']} to {limits['max']}")


_SEED_TITLE = gettext_noop("Seed")
_SEED_HELP = gettext_noop("The same seed gives the same result on the same machine.")


@dataclass(frozen=True)
class TeachParameters(_Checked):
    """Of teaching from stored embeddings."""

    seed: int = _setting(0, _SEED_TITLE, _SEED_HELP, min=0, max=_MAX_SEED)


@dataclass(frozen=True)
class TrainingParameters(_Checked):
    """Of fine-tuning and training from scratch; the defaults are those of fine-tuning."""

    epochs: int = _setting(
        15,
        gettext_noop("Epochs"),
        gettext_noop("How often each photo is looked at, at most."),
        min=1,
        max=1000,
    )
    batch_size: int = _setting(
        16,
        gettext_noop("Batch size"),
        gettext_noop("Photos in one step. Smaller needs less memory."),
        min=1,
        max=1024,
    )
    learning_rate: float = _setting(
        1e-4,
        gettext_noop("Learning rate"),
        gettext_noop("How large the steps are after the warm-up; they shrink towards the end."),
        min=1e-7,
        max=1.0,
    )
    weight_decay: float = _setting(
        0.05,
        gettext_noop("Weight decay"),
        gettext_noop("How strongly weights are pulled towards zero, against overfitting."),
        min=0.0,
        max=1.0,
    )
    warmup_epochs: float = _setting(
        1.0,
        gettext_noop("Warm-up epochs"),
        gettext_noop("Steps grow from zero to the learning rate meanwhile."),
        min=0.0,
        max=100.0,
    )
    label_smoothing: float = _setting(
        0.1,
        gettext_noop("Label smoothing"),
        gettext_noop("How much of the belief may stay with other labels; labels can be wrong."),
        min=0.0,
        max=0.5,
    )
    mixup: float = _setting(
        0.0,
        gettext_noop("Mixup"),
        gettext_noop("How strongly photos are blended with each other; 0 is off."),
        min=0.0,
        max=1.0,
    )
    flip: float = _setting(
        0.5,
        gettext_noop("Mirror"),
        gettext_noop("The share of photos that are mirrored; 0 where left and right differ."),
        min=0.0,
        max=1.0,
    )
    crop: float = _setting(
        0.6,
        gettext_noop("Crop"),
        gettext_noop("How much of a photo may be cut off at random; 0 cuts nothing off."),
        min=0.0,
        max=1.0,
    )
    colour: float = _setting(
        0.5,
        gettext_noop("Colour"),
        gettext_noop("How far brightness, contrast and saturation vary at random; 0 is off."),
        min=0.0,
        max=1.0,
    )
    class_balancing: bool = _setting(
        True,
        gettext_noop("Balance the labels"),
        gettext_noop("Labels with few photos count as much as those with many."),
    )
    patience: int = _setting(
        6,
        gettext_noop("Patience"),
        gettext_noop(
            "Stop after so many epochs without progress on the validation split; 0: do"
            " not stop early."
        ),
        min=0,
        max=1000,
    )
    ema_decay: float = _setting(
        0.99,
        gettext_noop("Averaging"),
        gettext_noop("Of the weights over the last steps: nearer to 1 over more; 0 is off."),
        min=0.0,
        max=0.9999,
    )
    trainable: str = _setting(
        "all",
        gettext_noop("What learns"),
        gettext_noop("Less of the network is quicker, and overfits less on few photos."),
        choices=TRAINABLE,
    )
    seed: int = _setting(0, _SEED_TITLE, _SEED_HELP, min=0, max=_MAX_SEED)

    @classmethod
    def defaults(cls, mode: str, greyscale: bool = False) -> TrainingParameters:
        """What to begin with, for a mode of MODES.

        greyscale: the network sees no colours. Such networks are for characters and drawings,
            which a mirror turns into others.
        """
        start = cls() if mode == "fine_tune" else cls(**_FROM_SCRATCH)
        return replace(start, **_GREYSCALE) if greyscale else start


_FROM_SCRATCH: dict[str, Any] = {
    "epochs": 60,
    "batch_size": 32,
    "learning_rate": 1e-3,
    "warmup_epochs": 3.0,
    "patience": 15,
    "ema_decay": 0.995,
}
_GREYSCALE: dict[str, Any] = {"flip": 0.0, "crop": 0.2, "colour": 0.0}


class HasMultiplyAdds(Protocol):
    """What the speed of a network depends on: for one photo, forward."""

    @property
    def multiply_adds(self) -> int: ...


def estimate_seconds(
    network: HasMultiplyAdds,
    photos: int,
    parameters: TrainingParameters,
    seconds_per_photo: float | None = None,
    cores: int = 1,
) -> float:
    """About how long a run takes at most, early stopping aside.

    photos: those of the training split, unlabelled ones too.
    seconds_per_photo: what an earlier run of this network on this machine needed for one photo in
        one epoch (`training["seconds_per_photo"]` of its manifest). Without it the network's size
        and the processor's cores must do, and the estimate may be off by a factor of two.
    """
    if seconds_per_photo is None:
        arithmetic_s = 3 * network.multiply_adds / (_MULTIPLY_ADDS_A_SECOND * max(cores, 1))
        share = _SHARE_OF_A_STEP[parameters.trainable]
        seconds_per_photo = arithmetic_s * share + _SECONDS_A_PHOTO
    return parameters.epochs * photos * seconds_per_photo
