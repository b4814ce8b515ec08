from django.db import migrations

import dakehu.foundation.database.number_list

SERIES = ("month_values", "month_inflows")


def to_arrays(apps, schema_editor):
    """Turn JSON into arrays on PostgreSQL; on SQLite the text stays as it is."""
    if schema_editor.connection.vendor == "postgresql":
        changes = ", ".join(
            f"ALTER COLUMN {name} TYPE bigint[] USING translate({name}::text, '[]', '{{}}')::bigint[]" for name in SERIES
        )
        schema_editor.execute(f"ALTER TABLE ledger_figures {changes}")


def to_json(apps, schema_editor):
    """Turn arrays into JSON again."""
    if schema_editor.connection.vendor == "postgresql":
        changes = ", ".join(f"ALTER COLUMN {name} TYPE jsonb USING to_jsonb({name})" for name in SERIES)
        schema_editor.execute(f"ALTER TABLE ledger_figures {changes}")


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0014_digests_of_buckets"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="figures",
                    name=name,
                    field=dakehu.foundation.database.number_list.NumberListField(default=list, editable=False),
                )
                for name in SERIES
            ],
            database_operations=[migrations.RunPython(to_arrays, to_json)],
        ),
    ]
