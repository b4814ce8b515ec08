"""Drop the registration number of staff once `compliance` keeps it: the number is moved there, see its migration."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('team', '0005_stand_ins'),
        ('compliance', "0003_registrations"),
    ]

    operations = [
        migrations.RemoveField(model_name='user', name='registration'),
    ]
