"""What cost a long import time and gave nothing back on PostgreSQL: a second index, for LIKE, beside each blind index,
which is only ever compared whole; and the check that the client of a search line exists, which the row of the line has
passed already."""

import django.db.models.deletion
from django.db import migrations, models

BLIND = {"clients_client": ("id_number_index", "id_ending_index"), "clients_contact": ("value_index", "ending_index")}
SECOND = """
    SELECT i.relname FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_opclass o ON o.oid = x.indclass[0] AND o.opcname = 'varchar_pattern_ops'
    JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
    WHERE x.indrelid = %s::regclass AND x.indnatts = 1 AND a.attname = ANY(%s)
"""
CHECK = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'clients_searchline'::regclass"


def drop(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table, columns in BLIND.items():
            cursor.execute(SECOND, [table, list(columns)])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP INDEX {quote(name)}")
        cursor.execute(CHECK)
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE clients_searchline DROP CONSTRAINT {quote(name)}")


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0005_custom_fields'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='searchline',
                    name='client',
                    field=models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='clients.client'
                    ),
                ),
            ],
            database_operations=[migrations.RunPython(drop, migrations.RunPython.noop)],
        ),
    ]
