from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('foundation', '0004_custom_fields'),
    ]

    operations = [
        migrations.CreateModel(
            name='InstallationRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('value', models.CharField(max_length=80)),
                ('recorded_at', models.DateTimeField(auto_now=True)),
            ],
        ),
    ]
