from django.db import migrations

LABELS = {"clients.Former": "clients.MergedClient"}


def rename_search_lines(apps, schema_editor):
    table = schema_editor.quote_name("clients_searchline")
    for old, new in LABELS.items():
        schema_editor.execute(f"UPDATE {table} SET what = %s WHERE what = %s", [new, old])


def restore_search_lines(apps, schema_editor):
    table = schema_editor.quote_name("clients_searchline")
    for old, new in LABELS.items():
        schema_editor.execute(f"UPDATE {table} SET what = %s WHERE what = %s", [old, new])


class Migration(migrations.Migration):
    """Models take plain names; their tables keep the old ones."""

    dependencies = [("clients", "0007_custom_fields")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Former", "MergedClient"),
                migrations.AlterModelTable("MergedClient", "clients_former"),
                migrations.RenameModel("NotTheSame", "NotDuplicate"),
                migrations.AlterModelTable("NotDuplicate", "clients_notthesame"),
            ]
        ),
        migrations.RunPython(rename_search_lines, restore_search_lines),
    ]
