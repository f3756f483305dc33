"""JSON bodies: bounded, and whatever is wrong with one is a 400."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_BYTES = 1024 * 1024
_DEEPEST = 20
_LARGEST = 2**63 - 1  # that a database knows


class BoundedJSONParser(JSONParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ParseError(_("The request is too large."))
        try:
            body = super().parse(io.BytesIO(content), media_type, dict(parser_context or {}))
        except RecursionError:
            raise ParseError(_("The request is nested too deeply.")) from None
        except LookupError:
            raise ParseError(_("The request is in a character set that is not known.")) from None
        except ParseError as error:
            raise ParseError(_where(error.__context__)) from None
        _check(body)
        return body


def _where(error: BaseException | None) -> str:
    """What is wrong with a body that is no JSON, in the language of the request."""
    if not isinstance(error, json.JSONDecodeError):
        return _("The request is not well-formed.")
    place = {"line": error.lineno, "column": error.colno}
    return _("The request is no JSON: see line %(line)d, character %(column)d.") % place


def _check(body: Any) -> None:
    """Raises ParseError for what no database can take, wherever in the body it is."""
    level = [body]
    for _step in range(_DEEPEST):
        if not level:
            return
        level = [inner for outer in level for inner in _inside(outer)]
    raise ParseError(_("The request is nested too deeply."))


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    is_number = isinstance(value, int | float)
    if is_number and not abs(value) <= _LARGEST:  # nor what is no number
        raise ParseError(_("The request holds a number that is too large."))
    if isinstance(value, str) and not _is_text(value):
        raise ParseError(_("The request holds characters that are none."))
    return []


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True
