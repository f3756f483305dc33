"""Numbers of networks, as people read them."""

from __future__ import annotations

from django import template

from recognition.site.inside.walk_numbers import Fields, number

register = template.Library()


@register.filter
def whole(value: int) -> str:
    """ "14,155,776"."""
    return f"{value:,}"


@register.filter
def few(value: float) -> str:
    """With a few digits that count."""
    return number(value)


@register.filter
def plain(value: float) -> str:
    """For attributes, in no language."""
    return f"{value:.4f}"


@register.filter
def normalising(network: Fields) -> str:
    """What is done with each pixel value."""
    parts = [
        f"(x \u2212 {mean:g}) / {std:g}"
        for mean, std in dict.fromkeys(zip(network["mean"], network["std"], strict=True))
    ]
    return ", ".join(parts)
