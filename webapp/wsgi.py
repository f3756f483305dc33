"""The web process' entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from webapp.statement_limits import limit_statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
application = get_wsgi_application()
limit_statements()

# Load all views now: Gunicorn does this once, before it forks, and its processes share the memory.
_ = get_resolver().url_patterns

# What is loaded stays: the garbage collector need not look at it again, nor unshare it by looking.
gc.freeze()
