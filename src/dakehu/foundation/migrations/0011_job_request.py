from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('foundation', '0010_audit_seals'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='request_id',
            field=models.CharField(db_default='', default='', max_length=40),
        ),
    ]
