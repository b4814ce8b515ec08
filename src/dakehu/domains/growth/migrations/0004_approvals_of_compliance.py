from django.db import migrations


class Migration(migrations.Migration):
    """Approvals become a table of compliance, which keeps every row: see compliance 0002."""

    dependencies = [("growth", "0003_events")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel("Approval")],
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE growth_approval RENAME TO compliance_approval",
                    "ALTER TABLE compliance_approval RENAME TO growth_approval",
                )
            ],
        )
    ]
