"""Upgrading from django-axes."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

migration = import_module("recognition.migrations.0015_axes_goes")


@pytest.mark.django_db(transaction=True)
def test_its_tables_and_rights_go() -> None:
    kind = ContentType.objects.create(app_label="axes", model="accessattempt")
    right = Permission.objects.create(codename="view_accessattempt", content_type=kind, name="x")
    Group.objects.create(name="Guards").permissions.add(right)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE axes_accessattempt (id integer PRIMARY KEY)")
    with connection.schema_editor() as editor:
        migration.drop(apps, editor)
    assert "axes_accessattempt" not in connection.introspection.table_names()
    assert not Permission.objects.filter(codename="view_accessattempt").exists()
    Group.objects.all().delete()
