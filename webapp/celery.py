"""The Celery application. Its messages only wake workers: the work itself is in the database."""

import logging.config
import os
import warnings
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

# webapp.preflight says it once, and not each worker in 32 lines.
warnings.filterwarnings("ignore", "You're running the worker with superuser privileges")

# They load all pages, for each worker; `manage.py prepare` has made them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("ark")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_like_django(**kwargs: Any) -> None:
    """Without a receiver Celery would set up logging in its own way."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@task_prerun.connect
def give_up_old_connections(**kwargs: Any) -> None:
    """As Django does before each request."""
    from django.db import close_old_connections

    close_old_connections()
