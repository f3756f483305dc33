"""What a page says to people: its text, and what of its attributes is shown or read out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

_SAID = {
    *("title", "alt", "aria-label", "placeholder", "data-label", "data-unsent", "data-heading"),
    *("label", "aria-description", "data-confirm"),
}
_NO_WORDS = {"script", "style", "code", "pre", "kbd", "samp", "svg"}
_VOID = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
    *("track", "wbr", "path", "use", "rect", "circle", "line", "polyline", "polygon"),
}
_RUN = re.compile(r"[\w.:@/+#’'…-]+", re.ASCII)  # a word, or a name of a file, a digest, code
_WORD = re.compile(r"[A-Za-z]+(?:[-'’][A-Za-z]+)*")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []  # tags, and whether words within count

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = (given.get("class") or "").split()
        is_ours = (
            (not self._open or self._open[-1][1])
            and tag not in _NO_WORDS
            and not (given.get("lang") or "").startswith("en")
            and "material-symbols-outlined" not in classes
        )
        if is_ours:
            self.said += [given[name] or "" for name in _SAID & given.keys()]
            if given.get("type") in ("submit", "button", "reset"):
                self.said.append(given.get("value") or "" if tag == "input" else "")
        if tag not in _VOID:
            self._open.append((tag, is_ours))

    def handle_endtag(self, tag: str) -> None:
        while any(tag == name for name, _is_ours in self._open):
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1][1]:
            self.said.append(data)


def texts(html: str) -> list[str]:
    """Everything that is said, without what stands for code, icons and marked as English."""
    reader = _Reader()
    reader.feed(html)
    return [" ".join(text.split()) for text in reader.said if text.strip()]


def latin_words(html: str) -> Iterator[tuple[str, str]]:
    """Each word in Latin letters with the text that it stands in; not what has digits, dots or
    lines in it, for that is a file's name, a digest or code."""
    for text in texts(html):
        for run in _RUN.findall(text):
            if _WORD.fullmatch(run.strip(".…")):
                yield run.strip(".…"), text
