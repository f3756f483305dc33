"""What a photo can show."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from recognition.models.names import plain

LONGEST_NAME = 60


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
    name_en = models.CharField(_("English name"), max_length=LONGEST_NAME)
    name_zh = models.CharField(
        _("Chinese name"),
        max_length=LONGEST_NAME,
        blank=True,
        help_text=_("without one: the English name"),
    )
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
        """A label stands below its parent, so never above it as well, and is of the same kind; and
        nothing else is called as it is.

        What is checked here holds for as long as the tree is locked (`labels.tree.changing`).
        """
        self._check_names()
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

    def _check_names(self) -> None:
        """What other labels were called alike before this was checked may stay so."""
        before = Label.objects.filter(pk=self.pk).first() or Label()
        others = list(Label.objects.exclude(pk=self.pk).order_by())
        errors = {}
        if self.slug != before.slug and (error := _slug_error(self.slug, others)):
            errors["slug"] = error
        for field in ("name_en", "name_zh"):
            name = getattr(self, field)
            is_new = name and name != getattr(before, field)
            if is_new and (error := _name_error(name, others)):
                errors[field] = error
        if errors:
            raise ValidationError(errors)

    @property
    def name(self) -> str:
        """The name in the language of the current request."""
        is_chinese = (get_language() or "").startswith("zh")
        return self.name_in_chinese if is_chinese else self.name_en

    @property
    def name_in_chinese(self) -> str:
        """Or the English name, if nobody has translated it."""
        return self.name_zh or self.name_en

    @property
    def names(self) -> list[str]:
        """In English and in Chinese, as far as they differ; the reader's language first."""
        return list(dict.fromkeys((self.name, self.name_en, self.name_in_chinese)))


def _slug_error(slug: str, others: list[Label]) -> ValidationError | None:
    for other in others:
        if other.slug.lower() == slug.lower():
            text = _("There is a label with this slug, if capitals do not count: %(slug)s.")
            return ValidationError(text, params={"slug": other.slug})
    return None


def _name_error(name: str, others: list[Label]) -> ValidationError | None:
    """In either language, for people write both. A merged label's name is free again."""
    if not plain(name):
        return ValidationError(_("Nothing of this name can be seen."))
    for other, theirs in product(others, ("name_en", "name_zh")):
        if other.merged_into_id is None and plain(name) == plain(getattr(other, theirs)):
            text = _("There is a label of this name: %(slug)s.")
            if not other.active:
                text = _("A retired label has this name: %(slug)s. Bring that one back.")
            return ValidationError(text, params={"slug": other.slug})
    return None
