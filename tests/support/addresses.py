"""Every address that the project has, with examples in the place of their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

_NOT_PAGES = ("api/", "healthz", "readyz", "metrics")


def addresses(examples: Mapping[str, Any]) -> list[str]:
    """Those whose parameters all have an example. Of `object_id` each table of the admin has one
    of its own, named as app_model."""
    found = set()
    for name, parameters in _routes(get_resolver().url_patterns):
        values = {parameter: _example(name, parameter, examples) for parameter in parameters}
        if None not in values.values():
            try:
                found.add(reverse(name, kwargs=values))
            except NoReverseMatch:
                continue  # an example that stands for something else
    return sorted(found)


def _example(name: str, parameter: str, examples: Mapping[str, Any]) -> Any:
    if parameter != "object_id":
        return examples.get(parameter)
    tables = [key for key in examples if name.startswith(f"admin:{key}_")]
    return examples[tables[0]] if tables else None


def _routes(
    patterns: list[Any], above: tuple[str, ...] = (), namespace: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """Every named route with its parameters."""
    for pattern in patterns:
        parameters = (*above, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver) and str(pattern.pattern) not in _NOT_PAGES:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _routes(pattern.url_patterns, parameters, inner)
        elif isinstance(pattern, URLPattern) and pattern.name not in (None, *_NOT_PAGES):
            yield f"{namespace}{pattern.name}", list(parameters)
