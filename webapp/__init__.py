"""The Django project: settings, addresses, entry points. No domain logic."""

from webapp.celery import app as celery_app

__all__ = ["celery_app"]
