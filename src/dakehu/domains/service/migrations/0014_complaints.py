import django.db.models.deletion
from django.db import migrations, models

class Migration(migrations.Migration):
    """Files may belong to a complaint. Complaints among the requests are taken over by an action of the first night."""

    dependencies = [
        ("service", "0013_comments"),
        ("compliance", "0005_complaints"),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="complaint",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="attachments",
                to="compliance.complaint",
            ),
        ),
    ]
