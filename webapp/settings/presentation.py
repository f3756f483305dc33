"""Languages, static files, logs."""

from django.utils.translation import gettext_lazy as _

from webapp import env, logs
from webapp.home import ARK_HOME, BASE_DIR

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["webapp.formats"]
TIME_ZONE = env.text("TZ", "UTC")
STATIC_URL = "static/"
STATIC_ROOT = ARK_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "webapp.deck.DeckFinder",
]
ARK_OFFLINE_PAGE = env.boolean("ARK_OFFLINE_PAGE", True)
LOGGING = logs.configuration()
