from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0013_figures_replaced_at_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="bucket",
            name="sha256",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="pricefile",
            name="file",
            field=models.CharField(db_index=True, max_length=40),
        ),
    ]
