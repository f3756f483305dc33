"""Django's settings, one file a subject. Everything an operator can change comes from the
environment; the table of these variables stands in docs/operations.md. What is missing or unsafe
stops the start.
"""

from webapp.settings.accounts import *  # noqa: F403
from webapp.settings.api import *  # noqa: F403
from webapp.settings.application import *  # noqa: F403
from webapp.settings.ark import *  # noqa: F403
from webapp.settings.background import *  # noqa: F403
from webapp.settings.bucket import *  # noqa: F403
from webapp.settings.presentation import *  # noqa: F403
from webapp.settings.safety import *  # noqa: F403
from webapp.settings.state import *  # noqa: F403
