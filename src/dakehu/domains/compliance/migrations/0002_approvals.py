import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Take over the table of approvals that growth 0004 renamed."""

    dependencies = [
        ("compliance", "0001_compliance"),
        ("growth", "0004_approvals_of_compliance"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Approval',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('row_version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('subject_kind', models.CharField(max_length=40)),
                        ('subject_ref', models.BigIntegerField()),
                        ('digest', models.CharField(max_length=64)),
                        ('summary', models.CharField(max_length=300)),
                        ('author_ids', models.JSONField(default=list)),
                        ('requested_at', models.DateTimeField()),
                        ('state', models.CharField(default='waiting', max_length=24)),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                        ('note', models.CharField(blank=True, default='', max_length=300)),
                        ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                        'indexes': [models.Index(fields=['subject_kind', 'subject_ref', '-id'], name='approvals_of_subject')],
                    },
                ),
            ]
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['requested_at'], name='approvals_waiting'),
        ),
    ]
