from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from tqdm import tqdm

from ark_client.errors import ArkError
from ark_client.results import Box, Label, Photo, label_of, photo_of

TIMEOUT_S = 60.0
_WAIT_S = 30.0  # the longest that the server waits in one request
_PAUSE_S = 0.5  # before a request is sent again
_LONGEST_PAUSE_S = 10.0
_FOR_THE_MOMENT = (429, 502, 503, 504)


class Ark:
    """One server, with one person's token. May be used by several threads.

    A request that gets no answer, or one that holds for the moment only (too many requests, busy),
    is sent again until patience_s have passed: nothing that can be asked happens twice by that. All
    methods raise ArkError for what is refused, and requests.RequestException if the server cannot
    be reached.
    """

    def __init__(self, url: str, token: str, patience_s: float = 60.0) -> None:
        """url: such as https://ark.example.com."""
        self._base = f"{url.rstrip('/')}/api/v1"
        self._token = token
        self._patience_s = patience_s
        self._threads = threading.local()

    def upload(
        self,
        image: str | Path | bytes,
        name: str = "",
        label: str = "",
        wait_s: float = 0.0,
    ) -> Photo:
        """Upload one photo: the path of a file, or its content. The same bytes again are the same
        photo.

        label: a slug, to say what it shows (reviewers only). wait_s: for the answer of the network,
        30 at most; see `Photo.is_settled`.
        """
        content = image if isinstance(image, bytes) else Path(image).read_bytes()
        name = name or ("photo" if isinstance(image, bytes) else Path(image).name)
        said = self._ask(
            "POST",
            "photos/",
            files={"image": (name, content)},
            data={"label": label} if label else {},
            params={"wait": wait_s},
        )
        return photo_of(said)

    def upload_many(
        self, paths: Sequence[str | Path], label: str = "", threads: int = 4, progress: bool = True
    ) -> Iterator[tuple[Path, Photo | ArkError]]:
        """Upload files and wait for what the network says of each, in their order. What the server
        refuses, or what cannot be read here, comes as an error. progress: draw a bar on standard
        error."""
        with ThreadPoolExecutor(threads) as pool:
            uploads = [pool.submit(self._upload_file, Path(path), label) for path in paths]
            shown = tqdm(uploads, unit="photo", disable=not progress)
            try:
                for path, upload in zip(paths, shown, strict=True):
                    yield Path(path), self._outcome(upload)
            finally:  # nobody wants the rest
                for upload in uploads:
                    upload.cancel()

    def photo(self, photo_id: str, wait_s: float = 0.0) -> Photo:
        """wait_s: as in `upload`."""
        return photo_of(self._ask("GET", f"photos/{photo_id}/", params={"wait": wait_s}))

    def settled(self, photo: Photo) -> Photo:
        """The same photo once the network has answered, however long that takes."""
        while not photo.is_settled:
            photo = self.photo(photo.id, _WAIT_S)
        return photo

    def photos(self, **filters: str) -> Iterator[Photo]:
        """Newest first; filters: state, kind, label, predicted, batch, contains, camera,
        taken_after, taken_before."""
        page = self._ask("GET", "photos/", params={"page_size": "200", **filters})
        while True:
            yield from map(photo_of, page["results"])
            if not page["next"]:
                return
            # Not the address as it stands: the token goes nowhere but to the server's own.
            page = self._ask("GET", f"photos/?{urlsplit(page['next']).query}")

    def labels(self) -> list[Label]:
        """All that photos can be labelled with."""
        return list(map(label_of, self._ask("GET", "labels/")))

    def set_label(self, photo_id: str, label: str, box: Box | None = None) -> Photo:
        """Confirm or correct what a photo shows (reviewers only). label: a slug. box: the part of
        the photo that it is about."""
        body: dict[str, Any] = {"label": label, **({"box": box} if box else {})}
        return photo_of(self._ask("PUT", f"photos/{photo_id}/label/", json=body))

    def delete(self, photo_id: str) -> None:
        """Into the trash. A photo that is gone already is no error."""
        try:
            self._ask("DELETE", f"photos/{photo_id}/")
        except ArkError as error:
            if error.status != requests.codes.not_found:
                raise

    def _upload_file(self, path: Path, label: str) -> Photo:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ArkError(0, "unreadable", str(error)) from error
        return self.upload(content, path.name, label)

    def _outcome(self, upload: Future[Photo]) -> Photo | ArkError:
        try:
            return self.settled(upload.result())
        except ArkError as refused:
            return refused

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        ends_s = time.monotonic() + self._patience_s
        address = f"{self._base}/{path}"
        pauses = _pauses()
        while True:
            pause_s = next(pauses)
            is_last = time.monotonic() + pause_s > ends_s
            try:
                response = self._session.request(method, address, timeout=TIMEOUT_S, **options)
            except (requests.ConnectionError, requests.Timeout):
                if is_last:
                    raise
                time.sleep(pause_s)
                continue
            if response.ok:
                return response.json() if response.content else None
            if is_last or response.status_code not in _FOR_THE_MOMENT:
                raise ArkError.of(response)
            time.sleep(max(pause_s, _said_pause_s(response)))

    @property
    def _session(self) -> requests.Session:
        """This thread's own."""
        if not hasattr(self._threads, "session"):
            self._threads.session = requests.Session()
            self._threads.session.headers["Authorization"] = f"Token {self._token}"
        session: requests.Session = self._threads.session
        return session


def _pauses() -> Iterator[float]:
    pause_s = _PAUSE_S
    while True:
        yield pause_s
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _said_pause_s(response: requests.Response) -> float:
    try:
        return float(response.headers.get("Retry-After", 0))
    except ValueError:  # a date
        return 0.0


def files_in(folder: Path) -> Iterable[Path]:
    """All files of a folder and its folders, but hidden ones, in the order of their names."""
    for path in sorted(folder.rglob("*")):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not is_hidden:
            yield path
