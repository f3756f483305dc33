"""What a photo can show."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    ANIMAL = "animal", _("animal")
    VEHICLE = "vehicle", _("vehicle")
    NEITHER = "neither", _("neither")
    OTHER = "other", _("other")


def chain(start: int, links: Mapping[int, int | None]) -> list[int]:
    """The start, what it leads to, and so on to the end. A circle is followed once round."""
    followed = [start]
    while (link := links.get(followed[-1])) is not None and link not in followed:
        followed.append(link)
    return followed


class Label(models.Model):
    """A class of the taxonomy. `other` is for what people teach beyond vehicles and animals."""

    slug = models.SlugField(_("slug"), unique=True)
    name_en = models.CharField(_("English name"), max_length=60)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("parent"), null=True, blank=True
    )
    active = models.BooleanField(
        _("active"), default=True, help_text=_("only active labels are offered to people")
    )
    # A network may know a label that was merged for as long as it lives.
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    class Meta:
        ordering = ("kind", "slug")
        verbose_name = _("label")
        verbose_name_plural = _("labels")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A label stands below its parent, so never above it as well, and is of the same kind.

        What is checked here holds for as long as the tree is locked (`labels.tree.changing`).
        """
        if self.kind == Kind.NEITHER and Label.objects.filter(kind=Kind.NEITHER).exclude(
            pk=self.pk
        ):
            raise ValidationError({"kind": _("There is one label of this kind, and only one.")})
        if self.parent is None:
            return
        if self.parent.kind != self.kind:
            raise ValidationError({"parent": _("A label is of the same kind as its parent.")})
        if self.parent.merged_into_id:
            raise ValidationError({"parent": _("This label was merged into another one.")})
        parents = dict(Label.objects.order_by().values_list("pk", "parent"))
        if self.pk in chain(self.parent.pk, parents):
            raise ValidationError({"parent": _("This label stands above its parent already.")})

    @property
    def name(self) -> str:
        """The name in the language of the current request."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en
