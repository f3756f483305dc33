"""The Django project: settings, addresses, entry points. No domain logic."""

from webapp import privileges

privileges.reduce()  # whatever begins here: a command, a worker, the web server, Redis

from webapp.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
