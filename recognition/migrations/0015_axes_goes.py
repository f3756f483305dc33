"""The tables of django-axes, which limited sign-ins until now, and the rights to look at them."""

from django.db import migrations

TABLES = (
    "axes_accessattempt",
    "axes_accesslog",
    "axes_accessfailurelog",
    "axes_accessattemptexpiration",
)


def drop(apps, schema_editor):
    connection = schema_editor.connection
    there = connection.introspection.table_names()
    for table in reversed(TABLES):
        if table in there:
            schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(table)}")
    apps.get_model("contenttypes", "ContentType").objects.filter(app_label="axes").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("recognition", "0014_people"),
    ]

    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
