"""Keep one search line a row: its tokens say by a mark who may find by them, where lines of two levels did."""

from django.db import migrations

from dakehu.foundation.search import lookup

TABLE = "clients_searchline"
MARKED = "CASE WHEN level = 0 THEN 'o' || replace(words, ' ', ' o') ELSE 'x' || replace(words, ' ', ' x') END"
JOINED = {"postgresql": f"string_agg({MARKED}, ' ' ORDER BY level)", "sqlite": f"group_concat({MARKED}, ' ')"}


def join(apps, schema_editor):
    """Put the lines of each row together, without the index meanwhile."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX {TABLE}_tokens")
    else:
        found = lookup.fts_table_of(TABLE)
        for event in ("insert", "delete", "update"):
            schema_editor.execute(f"DROP TRIGGER {found}_{event}")
        schema_editor.execute(f"DROP TABLE {found}")
    schema_editor.execute(
        f"CREATE TEMPORARY TABLE joined_lines AS SELECT client_id, what, number, {JOINED[vendor]} AS words "
        f"FROM (SELECT * FROM {TABLE} ORDER BY client_id, level) AS lines GROUP BY client_id, what, number"
    )
    schema_editor.execute(f"TRUNCATE {TABLE}" if vendor == "postgresql" else f"DELETE FROM {TABLE}")
    schema_editor.execute(
        f"INSERT INTO {TABLE} (client_id, what, number, words, level) "
        "SELECT client_id, what, number, words, 0 FROM joined_lines ORDER BY client_id"
    )
    schema_editor.execute("DROP TABLE joined_lines")


def index(apps, schema_editor):
    """Make the index of the new lines."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"CREATE INDEX {TABLE}_tokens ON {TABLE} USING gin ((words::tsvector))")
    else:
        lookup.prepare(schema_editor.connection.alias, TABLE)
        found = lookup.fts_table_of(TABLE)
        schema_editor.execute(f"INSERT INTO {found}({found}) VALUES ('rebuild')")


class Migration(migrations.Migration):

    dependencies = [
        ("clients", "0019_leaner_indexes"),
    ]

    operations = [
        migrations.RunPython(join),
        migrations.RemoveField(model_name="searchline", name="level"),
        migrations.RunPython(index),
    ]
