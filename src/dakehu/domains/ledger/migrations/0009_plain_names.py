from django.db import migrations


class Migration(migrations.Migration):
    """A model takes a plain name; its table keeps the old one."""

    dependencies = [("ledger", "0008_custom_fields")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("HeldRow", "QuarantinedRow"),
                migrations.AlterModelTable("QuarantinedRow", "ledger_heldrow"),
            ]
        ),
    ]
