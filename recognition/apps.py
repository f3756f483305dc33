from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecognitionConfig(AppConfig):
    name = "recognition"
    verbose_name = _("Recognition")

    def ready(self) -> None:
        from recognition.people import staff_status
        from recognition.people.authentication import account_events  # noqa: F401  receives signals

        staff_status.follow_groups()
