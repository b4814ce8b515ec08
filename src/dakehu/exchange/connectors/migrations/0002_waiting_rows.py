"""Leads and deals, which were kept as they are until now, wait to be imported by the next run."""

from django.db import migrations

TABLES = ("Leads", "Deals", "LeadsObj", "NewOpportunityObj")


def let_rows_wait(apps, schema_editor):
    tables = apps.get_model("connections", "SourceTable").objects.using(schema_editor.connection.alias)
    for row in tables.filter(name__in=TABLES, aside_key="").exclude(rows_key=""):
        row.aside_key, row.aside, row.rows_key, row.rows = row.rows_key, row.rows, "", 0
        row.save(update_fields=["aside_key", "aside", "rows_key", "rows"])


def keep_rows(apps, schema_editor):
    tables = apps.get_model("connections", "SourceTable").objects.using(schema_editor.connection.alias)
    for row in tables.filter(name__in=TABLES, rows_key="").exclude(aside_key=""):
        row.rows_key, row.rows, row.aside_key, row.aside = row.aside_key, row.aside, "", 0
        row.save(update_fields=["aside_key", "aside", "rows_key", "rows"])


class Migration(migrations.Migration):
    dependencies = [("connections", "0001_connections")]
    operations = [migrations.RunPython(let_rows_wait, keep_rows)]
