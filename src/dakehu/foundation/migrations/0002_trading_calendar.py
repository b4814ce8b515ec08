"""Every new desk knows the trading calendar: closed weekdays, and the last day that is known."""

import csv
from pathlib import Path

from django.db import migrations

SEED = Path(__file__).parents[1] / "calendar_seed.csv"


def sow(apps, schema_editor):
    days = apps.get_model("foundation", "CalendarDay").objects.using(schema_editor.connection.alias)
    known = {day.isoformat() for day in days.values_list("on", flat=True)}
    with SEED.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    model = days.model
    days.bulk_create(
        model(on=row["date"], trading=row["open"] == "1", note=row["reason"]) for row in rows if row["date"] not in known
    )


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]
    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
