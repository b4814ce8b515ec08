"""Add the day of the assets; the day of the data where a source named one."""

from django.db import migrations, models
from django.db.models import F


def take_day_of_data(apps, schema_editor):
    """Date assets by the day of the data; others stay without a day until they are entered anew."""
    client = apps.get_model("clients", "Client")
    models.QuerySet(client, using=schema_editor.connection.alias).filter(
        assets__isnull=False, as_of_on__isnull=False
    ).update(assets_on=F("as_of_on"))


class Migration(migrations.Migration):
    dependencies = [("clients", "0009_marketing_freeze")]

    operations = [
        migrations.AddField("client", "assets_on", models.DateField(blank=True, null=True)),
        migrations.RunPython(take_day_of_data, migrations.RunPython.noop),
    ]
