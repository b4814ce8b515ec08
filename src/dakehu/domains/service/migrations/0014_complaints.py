import django.db.models.deletion
from dateutil.relativedelta import relativedelta
from django.core.management.color import no_style
from django.db import migrations, models

COLUMNS = ("client_id", "subject", "detail", "owner_id", "state", "due_on", "closed_on", "outcome", "extra")
SETTLED = {"replied": "settled", "closed": "settled"}
CAUSE, CASE = "service.Request:", "compliance.Complaint:"


def move_complaints(apps, schema_editor):
    """Move every complaint among the requests, with its number, files, pause of marketing and moment."""
    request, complaint = apps.get_model("service", "Request"), apps.get_model("compliance", "Complaint")
    event = apps.get_model("compliance", "ComplaintEvent")
    alias = schema_editor.connection.alias
    rows = list(request.objects.using(alias).filter(kind="complaint").order_by("pk"))
    if not rows:
        return
    complaint.objects.using(alias).bulk_create([case_of(complaint, row) for row in rows], batch_size=500)
    event.objects.using(alias).bulk_create(
        [event(complaint_id=row.pk, client_id=row.client_id, kind="registered", at=row.created_at) for row in rows],
        batch_size=500,
    )
    with schema_editor.connection.cursor() as cursor:
        for statement in schema_editor.connection.ops.sequence_reset_sql(no_style(), [complaint]):
            cursor.execute(statement)
    follow_rows(apps, alias, [row.pk for row in rows])
    copy_custom_fields(apps, alias, rows)
    request.objects.using(alias).filter(kind="complaint").delete()


def case_of(complaint, row):
    """Return the case of a complaint as it stood; its clocks are those it had."""
    case = complaint(pk=row.pk, row_version=row.row_version, received_on=row.opened_on, channel="other", category="other")
    for name in COLUMNS:
        setattr(case, name, getattr(row, name))
    case.acknowledge_by = case.accept_by = row.due_on
    if row.state != "open":
        case.acknowledged_on = case.accepted_on = row.opened_on
    case.decision = SETTLED.get(row.state, "")
    if row.closed_on:
        case.retention_until = row.closed_on + relativedelta(years=20)  # the house default of the settings
    return case


def follow_rows(apps, alias, numbers):
    """Let files, pauses of marketing and moments name the case instead of the request."""
    attachment, moment = apps.get_model("service", "Attachment"), apps.get_model("service", "Moment")
    freeze, line = apps.get_model("clients", "MarketingFreeze"), apps.get_model("clients", "SearchLine")
    for number in numbers:
        attachment.objects.using(alias).filter(request_id=number).update(complaint_id=number, request_id=None)
        moment.objects.using(alias).filter(object=f"request:{number}").update(object=f"complaint:{number}")
        freeze.objects.using(alias).filter(cause=f"{CAUSE}{number}").update(cause=f"{CASE}{number}")
        line.objects.using(alias).filter(what="service.Request", number=number).delete()  # cases are not searched


def copy_custom_fields(apps, alias, rows):
    """Let complaints have the custom fields of requests of which they carry a value."""
    carried = {name for row in rows for name in row.extra or {}}
    custom = apps.get_model("foundation", "CustomField")
    for one in custom.objects.using(alias).filter(model="service.Request", name__in=carried):
        one.pk, one.model = None, "compliance.Complaint"
        one._state.adding = True
        one.save(using=alias)


def move_back(apps, schema_editor):
    """Refuse to go back once a complaint is registered as a case: a request has no place for it."""
    if apps.get_model("compliance", "Complaint").objects.using(schema_editor.connection.alias).exists():
        raise RuntimeError("complaints are cases of compliance; restore the backup of the version before instead")


class Migration(migrations.Migration):
    """Complaints become cases of compliance, and requests hold none any more."""

    dependencies = [
        ("service", "0013_comments"),
        ("compliance", "0005_complaints"),
        ("foundation", "0009_live_presence"),
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
        migrations.RunPython(move_complaints, move_back),
    ]
