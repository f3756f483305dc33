"""What Ark keeps of a person beside Django's own table."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Profile(models.Model):
    """One row a user, made when it is first needed (`recognition.people.profiles.of`)."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    # The password was set by somebody else: nothing but changing it is possible on the pages.
    must_change_password = models.BooleanField(default=False)
    quota_mb = models.PositiveIntegerField(
        _("storage quota"), null=True, blank=True, help_text=_("MB; empty: as the settings say")
    )
    # The originals of this person, in the trash too. Changed in the transaction that adds or
    # removes them; the nightly storage check counts anew.
    stored_bytes = models.BigIntegerField(_("storage used"), default=0)
    stored_photos = models.BigIntegerField(_("photos"), default=0)
    # Of their photos no place is stored, and none leaves Ark.
    drop_place = models.BooleanField(
        _("drop the place from my photos"), default=False, db_default=False
    )
    # When they were last seen, to the minute or so; sessions and tokens know it more exactly.
    last_seen = models.DateTimeField(_("last seen"), null=True)
    # Slugs of labels that they keep at hand, in the order in which they were pinned.
    pinned_labels = models.JSONField(_("pinned labels"), default=list, blank=True)
    # In the review queue the network's answer stays hidden until they have decided.
    reviews_blind = models.BooleanField(default=False)
    # They are being deleted: deactivated already, a job removes what is theirs.
    deletion_asked = models.DateTimeField(null=True)

    # Notices of what ended that were put away: {id: ISO time}, of the last days only.
    seen_notices = models.JSONField(default=dict, db_default={})

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
