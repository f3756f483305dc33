"""What a version of the network is: model.json and the files beside it, read without torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.taxonomy import Label

MANIFEST_NAME = "model.json"
WEIGHTS_NAME = "weights.safetensors"
CARD_NAME = "MODEL_CARD.md"
# The same network as a graph that OpenVINO runs without torch: a program, and its constants.
GRAPH_NAME = "openvino.xml"
GRAPH_CONSTANTS_NAME = "openvino.bin"
_FORMAT = 1
_CHUNK_BYTES = 1024 * 1024
_ADDED_LATER = ("network_options", "parent_sha256", "trunk_sha256", "training", "metrics")
# What of a photo a version looks at: the square in its centre, or the whole photo and then each
# subject in it. All versions that do not say so look at the centre.
CENTRE, SUBJECTS = "centre", "subjects"
# Fields that are called otherwise in model.json, which never changes once it is written.
_STORED_AS = {"backbone_sha256": "trunk_sha256"}


class CorruptCheckpoint(Exception):
    """A version's folder is incomplete, was changed, or is of a format not known here."""


class HasFiles(Protocol):
    """Names files that lie beside it."""

    @property
    def files(self) -> Mapping[str, str]:
        """The sha256 of each, by name."""


@dataclass(frozen=True)
class Manifest:
    """Everything about a version except its tensors.

    name: what people call it; network: its name in the catalogue.
    network_options: what its builder is given besides (`catalogue.py`).
    temperature, class_weights: how fine logits become probabilities (see `head.py`).
    parent_sha256: the identity of the version that it was trained from, if any.
    view: CENTRE or SUBJECTS.
    backbone_sha256: versions with the same one have the same backbone and look at a photo in the
        same way, so that each understands the other's embeddings.
    training: how it came to be (mode, seed, parameters, the data set's fingerprint and counts).
    metrics: what it reached on the test split.
    Filled in when the version is saved:
    reference_log_probabilities: what the network answered, in float32 on the CPU, to the
        reference picture; one natural logarithm a label.
    files: the sha256 of every other file in the folder, by name.
    libraries: the versions of the libraries that wrote it.
    """

    name: str
    network: str
    preprocessing: Preprocessing
    temperature: float
    labels: tuple[Label, ...]
    fine_names: tuple[str, ...]
    class_weights: tuple[float, ...]
    reference_log_probabilities: tuple[float, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    libraries: dict[str, str] = field(default_factory=dict)
    network_options: dict[str, Any] = field(default_factory=dict)
    view: str = CENTRE
    parent_sha256: str = ""
    backbone_sha256: str = ""
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.view not in (CENTRE, SUBJECTS):
            raise ValueError(f"not a view that is known here: {self.view}")

    @property
    def sha256(self) -> str:
        """The version's identity: a digest over all fields, the files' digests among them."""
        return sha256_of_fields(_fields(self))


def read_manifest(folder: Path) -> Manifest:
    """Read a version's model.json and check its own digest; the other files are not touched.

    Raises CorruptCheckpoint.
    """
    return _manifest_in(folder / MANIFEST_NAME)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write model.json into an existing folder."""
    write_fields(folder / MANIFEST_NAME, _fields(manifest))


def read_fields(path: Path, number: int = _FORMAT) -> dict[str, Any]:
    """What `write_fields` wrote, in the format of this number. Raises CorruptCheckpoint."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        fields: dict[str, Any] = document["model"]
        if document["format"] != number:
            raise CorruptCheckpoint(f"{path} has format {document['format']}, not {number}")
        if document["sha256"] != sha256_of_fields(fields):
            raise CorruptCheckpoint(f"{path} was changed after it was written")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorruptCheckpoint(f"{path} cannot be read: {error!r}") from error
    return fields


def write_fields(path: Path, fields: dict[str, Any], number: int = _FORMAT) -> None:
    """As JSON, with a digest over them."""
    document = {"format": number, "sha256": sha256_of_fields(fields), "model": fields}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def read_verified(folder: Path, manifest: HasFiles, name: str) -> bytes:
    """One of a folder's files, whose sha256 is right. Raises CorruptCheckpoint."""
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CorruptCheckpoint(f"{path} cannot be read: {error}") from error
    _check(path, manifest, hashlib.sha256(content).hexdigest())
    return content


def verify(folder: Path) -> Manifest:
    """Read a version's manifest and check the sha256 of all its files. Raises CorruptCheckpoint."""
    manifest = read_manifest(folder)
    verify_files(folder, manifest)
    return manifest


def verify_files(folder: Path, manifest: HasFiles) -> None:
    """Check the sha256 of all files that a manifest names. Raises CorruptCheckpoint."""
    for name in manifest.files:
        path = folder / name
        try:
            digest = sha256_of_file(path)
        except OSError as error:
            raise CorruptCheckpoint(f"{path} cannot be read: {error}") from error
        _check(path, manifest, digest)


def sha256_of_file(path: Path) -> str:
    """In little memory, however large it is."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _check(path: Path, manifest: HasFiles, digest: str) -> None:
    if digest != manifest.files.get(path.name):
        raise CorruptCheckpoint(f"{path} was changed after it was written: its sha256 differs")


def _manifest_in(path: Path) -> Manifest:
    fields = read_fields(path)
    try:
        return _manifest(fields)
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptCheckpoint(f"{path} cannot be read: {error!r}") from error


def _manifest(fields: dict[str, Any]) -> Manifest:
    tuples = ("fine_names", "class_weights", "reference_log_probabilities")
    typed = {
        "preprocessing": _preprocessing(fields["preprocessing"]),
        "labels": tuple(
            Label(**{**label, "classes": tuple(label["classes"])}) for label in fields["labels"]
        ),
        **{name: tuple(fields[name]) for name in tuples},
    }
    renamed = {name: fields[stored] for name, stored in _STORED_AS.items() if stored in fields}
    kept = {name: value for name, value in fields.items() if name not in _STORED_AS.values()}
    return Manifest(**{**kept, **renamed, **typed})


def _preprocessing(fields: dict[str, Any]) -> Preprocessing:
    typed: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    return Preprocessing(**typed)


def _fields(manifest: Manifest) -> dict[str, Any]:
    # Through JSON once, so that tuples and lists have one form and the digest is stable.
    fields: dict[str, Any] = json.loads(json.dumps(asdict(manifest)))
    # Versions that were saved before these fields existed keep their digest.
    if not manifest.preprocessing.greyscale:
        del fields["preprocessing"]["greyscale"]
    if manifest.view == CENTRE:
        del fields["view"]
    fields = {_STORED_AS.get(name, name): value for name, value in fields.items()}
    return {name: value for name, value in fields.items() if value or name not in _ADDED_LATER}


def sha256_of_fields(fields: dict[str, Any]) -> str:
    """The identity of what they describe."""
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
