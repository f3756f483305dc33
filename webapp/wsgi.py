"""The web process' entry point."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from recognition.core import memory
from webapp.statement_limits import limit_statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
application = get_wsgi_application()
limit_statements()

# Load all views now: Gunicorn does this once, before it forks, and its processes share the memory.
_ = get_resolver().url_patterns
memory.keep_what_is_loaded()
