"""Index the words of search lines as the tokens they are: PostgreSQL need not parse and normalise them once more."""

from django.db import migrations

NEW = "CREATE INDEX clients_searchline_tokens ON clients_searchline USING gin ((words::tsvector))"
OLD = "CREATE INDEX clients_searchline_words ON clients_searchline USING gin (to_tsvector('simple', words))"


def _run(*statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):

    dependencies = [
        ("clients", "0017_restricted"),
    ]

    operations = [
        migrations.RunPython(
            _run(NEW, "DROP INDEX clients_searchline_words"), _run(OLD, "DROP INDEX clients_searchline_tokens")
        ),
    ]
