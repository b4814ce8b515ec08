"""Actions on clients: details, contacts, needs, consents, key dates, tags, coverage, walls."""

from datetime import date
from typing import Any

from dakehu.domains.clients import choices, rules
from dakehu.domains.clients.codes import code_taken_message, codes_in_use, next_free_code
from dakehu.domains.clients.consents import write_statement
from dakehu.domains.clients.details import READ_IN_FULL, set_details
from dakehu.domains.clients.duplicates.detection import ANYWAY, MAIL, PHONE, check_not_duplicate, profile_of_new
from dakehu.domains.clients.identifiers import BadIdentifier
from dakehu.domains.clients.models import Client, Consent, Contact, Coverage, KeyDate, Needs
from dakehu.domains.team.roles import serves_clients
from dakehu.foundation.access.actor import Reach, current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.input import missing_parameters
from dakehu.foundation.records.recorded import add_audit_note, publish_event
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import CustomFields, Fields, Parameter, parameters_of

CLIENT = parameters_of("clients.Contact", "client")
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
STAFF = Parameter("staff", "clients.Coverage", "user", required=False, needs=Permission.CLIENT_ASSIGN)
REASON = Parameter("reason", spec=FieldSpec("原因", "Reason"))
SERVES_NONE = bilingual(
    "“{name}”的角色不服务客户，或账号已停用。", "“{name}” has a role that serves no clients, or has left."
)


@action(
    "clients.create",
    needs=Permission.CLIENT_WRITE,
    zh="新建客户",
    en="Add a client",
    parameters=(
        Fields("clients.Client", required=("name",), new=True),
        PHONE,
        MAIL,
        STAFF,
        ANYWAY,
    ),
)
def create(
    *,
    name: str,
    code: str | None = None,
    phone: str | None = None,
    mail: str | None = None,
    staff: Any = None,
    anyway: bool | None = None,
    **details: Any,
) -> Client:
    """Create a client, covered by `staff` as the main manager, by the actor if `staff` is not given.

    Naming another user requires the right to assign clients; a lead may name members of the team.

    Raises LikelyDuplicate (409) naming visible clients that are likely the same, or if another user serves a client
    with the same phone or mail; `anyway` overrides that, but not the same ID number.
    """
    actor = current_actor()
    owner_id = staff.pk if staff is not None else actor.user_id
    if staff is not None:
        _check_may_name(staff)
    client = Client(code=code or next_free_code())
    set_details(client, {"name": name, **details})
    check_not_duplicate(profile_of_new(client, (("mobile", phone), ("mail", mail))), bool(anyway))
    with elevated("a new client is covered by its creator"):
        if codes_in_use([client.code]):
            raise Refused({"code": [code_taken_message(client.code)]})
        client.save()
        if owner_id is not None:
            Coverage(client=client, user_id=owner_id, since=clock.today()).save()
        for kind, value in ((choices.ContactKind.MOBILE, phone), (choices.ContactKind.MAIL, mail)):
            if value:
                save_contact(client, str(kind), value, primary=True)
    publish_event("clients.created", client=client.pk)
    return client


def _check_may_name(staff: Any) -> None:
    """Raise Refused where the actor may not assign a new client to the named user."""
    actor = current_actor()
    if staff.pk != actor.user_id and not actor.may(Permission.CLIENT_ASSIGN):
        raise refusal(
            "staff", "您没有分派客户的权限，新客户由您服务。", "You may not assign clients; a new client is yours."
        )
    check_receiver(staff, "staff")


@action(
    "clients.change",
    needs=Permission.CLIENT_WRITE,
    zh="修改客户资料",
    en="Change a client",
    parameters=(
        CLIENT,
        VERSION,
        Fields("clients.Client"),
    ),
)
def change(*, client: Client, version: int | None = None, **details: Any) -> Client:
    """Change details of a client. Raises Conflict where `version` is not the stored one."""
    check_version(client, version)
    for name in ("code", "name"):
        if name in details and not details[name]:
            raise refusal(name, "不能为空。", "Cannot be empty.")
    with elevated("codes are unique in the firm"):
        if details.get("code", client.code) != client.code and codes_in_use([details["code"]]):
            raise Refused({"code": [code_taken_message(details["code"])]})
    set_details(client, details)
    client.save()
    return client


def save_contact(client: Client, kind: str, value: str, **values: Any) -> Contact:
    """Save a contact in its standard form; a masked one stays unverified with a remark."""
    try:
        reading = rules.read_contact(kind, value)
    except BadIdentifier as error:
        raise refusal("value", error.zh, error.en) from None
    contact = Contact(client=client, kind=reading.kind, value=reading.value, **values)
    if reading.warning_zh and not contact.remark:
        contact.remark = str(bilingual("号码打码，待核实", "Masked, to be verified"))
    contact.save()
    return contact


@action(
    "clients.add_contact",
    needs=Permission.CLIENT_WRITE,
    zh="新增联系方式",
    en="Add a contact",
    parameters=(
        CLIENT,
        parameters_of("clients.Contact", "kind", "value", optional=("person", "position", "primary", "remark")),
    ),
)
def add_contact(*, client: Client, kind: str, value: str, **values: Any) -> Contact:
    """Add a contact to a client."""
    return save_contact(client, kind, value, **{name: value for name, value in values.items() if value is not None})


def _get_contact(pk: int) -> Contact:
    """Return a visible contact. Raises NotFound."""
    row = Contact.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("联系方式", "contact"))
    return row


ONE_CONTACT = Parameter("contact", kind="integer", spec=FieldSpec("联系方式", "Contact"))


@action(
    "clients.verify_contact",
    needs=Permission.CLIENT_WRITE,
    zh="核实联系方式",
    en="Verify a contact",
    parameters=(ONE_CONTACT, parameters_of("clients.Contact", optional=("value",))),
)
def verify_contact(*, contact: int, value: str | None = None) -> Contact:
    """Mark a contact as verified, and complete it if it was masked."""
    row = _get_contact(contact)
    if value:
        try:
            reading = rules.read_contact(str(row.kind), value)
        except BadIdentifier as error:
            raise refusal("value", error.zh, error.en) from None
        if reading.warning_zh:
            raise refusal("value", reading.warning_zh, reading.warning_en)
        row.value, row.remark = reading.value, ""
    row.verified = True
    row.save()
    return row


@action(
    "clients.remove_contact",
    needs=Permission.CLIENT_WRITE,
    zh="删除联系方式",
    en="Remove a contact",
    parameters=(ONE_CONTACT,),
)
def remove_contact(*, contact: int) -> None:
    """Remove a contact."""
    _get_contact(contact).delete()


@action(
    "clients.open_contact",
    needs=Permission.SEALED_OPEN,
    zh="查看完整联系方式",
    en="View a contact in full",
    parameters=(ONE_CONTACT, REASON),
    irreversible=READ_IN_FULL,
)
def open_contact(*, contact: int, reason: str) -> dict[str, str]:
    """Return the contact in full, and its tel: or mailto: address, for a stated reason; recorded in the audit.

    Returns {value, link: tel: or mailto:, "" for other kinds}.
    """
    row = _get_contact(contact)
    add_audit_note(reason=reason, client=row.client_id, contact=row.pk)
    value = row.value.open()
    return {"value": value, "link": rules.contact_link(str(row.kind), value)}


@action(
    "clients.open_id_number",
    needs=Permission.SEALED_OPEN,
    zh="查看完整证件号码",
    en="View an ID number in full",
    parameters=(CLIENT, REASON),
    irreversible=READ_IN_FULL,
)
def open_id_number(*, client: Client, reason: str) -> dict[str, str]:
    """Return the ID number in full, for a stated reason; recorded in the audit."""
    add_audit_note(reason=reason, client=client.pk)
    if not client.id_number:
        raise NotFound(bilingual("证件号码", "ID number"))
    return {"value": client.id_number.open()}


@action(
    "clients.open_field",
    needs=Permission.SEALED_OPEN,
    zh="查看机密字段",
    en="View a confidential field in full",
    parameters=(CLIENT, Parameter("field", spec=FieldSpec("字段", "Field")), REASON),
    irreversible=READ_IN_FULL,
)
def open_field(*, client: Client, field: str, reason: str) -> dict[str, str]:
    """Return the value of a secret custom field; `field` is its name, in any spelling. Audited."""
    secret_field = custom_fields.find_secret_field("clients.Client", field)
    value = getattr(client, secret_field.name) if secret_field is not None else None
    if not value:
        raise NotFound(bilingual("机密字段“{field}”的内容", "value of the secret field “{field}”", field=field))
    add_audit_note(reason=reason, client=client.pk, field=secret_field.name)
    return {"value": value.open()}


@action(
    "clients.record_needs",
    needs=Permission.CLIENT_WRITE,
    zh="记录需求与偏好",
    en="Record needs and preferences",
    parameters=(
        CLIENT,
        VERSION,
        Fields("clients.Needs", without=("client",)),
    ),
)
def record_needs(*, client: Client, version: int | None = None, **values: Any) -> Needs:
    """Record a client's needs and preferences."""
    needs = Needs.objects.filter(client=client).first() or Needs(client=client)
    if needs.pk:
        check_version(needs, version)
    else:
        missing = [
            parameter
            for parameter in CustomFields("clients.Needs", new=True).parameters()
            if parameter.required and values.get(parameter.name) in (None, "")
        ]
        if missing:
            raise Refused({parameter.name: [missing_parameters(parameter)] for parameter in missing})
    for name, value in values.items():
        setattr(needs, name, value)
    needs.noted_on = values.get("noted_on") or clock.today()
    needs.save()
    return needs


@action(
    "clients.record_consent",
    needs=Permission.CLIENT_WRITE,
    zh="登记同意或拒绝",
    en="Record a consent or refusal",
    parameters=(
        CLIENT,
        parameters_of(
            "clients.Consent", "purpose", "state", optional=("channel", "stated_on", "way", "text_version", "evidence")
        ),
    ),
)
def record_consent(
    *,
    client: Client,
    purpose: str,
    state: str,
    channel: str | None = None,
    stated_on: date | None = None,
    way: str | None = None,
    text_version: str | None = None,
    evidence: str | None = None,
) -> Consent:
    """Record a consent or refusal, today by default. Raises Refused for a future day, and where a separate consent
    lacks the version of its notice or its evidence."""
    return write_statement(
        client,
        purpose,
        state,
        channel=channel or "",
        stated_on=stated_on,
        evidence=evidence or "",
        way=way or "",
        text_version=text_version or "",
    )


@action(
    "clients.add_key_date",
    needs=Permission.CLIENT_WRITE,
    zh="新增重要日期",
    en="Add a key date",
    parameters=(CLIENT, parameters_of("clients.KeyDate", "kind", "on", optional=("yearly", "label"))),
)
def add_key_date(
    *, client: Client, kind: str, on: date, yearly: bool | None = None, label: str | None = None
) -> KeyDate:
    """Add a key date, repeated yearly by default."""
    row = KeyDate(client=client, kind=kind, on=on, yearly=True if yearly is None else yearly, label=label or "")
    row.save()
    return row


def check_receiver(user: Any, parameter: str = "user") -> None:
    """Raise Refused where the actor may not assign clients to a user, who must serve clients and be on a lead's team."""
    if not serves_clients(user):
        raise refusal(parameter, SERVES_NONE.zh, SERVES_NONE.en, name=user.name)
    check_team(user)


def check_team(user: Any) -> None:
    """Raise Refused where the actor may not assign clients to a user: a lead assigns within the team."""
    actor = current_actor()
    if actor.reach is Reach.COVERED and user.pk not in actor.covers:
        raise refusal("user", "“{name}”不在您的团队。", "“{name}” is not on your team.", name=user.name)


@action(
    "clients.unassign",
    needs=Permission.CLIENT_ASSIGN,
    zh="结束服务关系",
    en="End a coverage",
    parameters=(CLIENT, parameters_of("clients.Coverage", "user")),
)
def unassign(*, client: Client, user: Any) -> Coverage:
    """End a user's duty for a client today. Raises NotFound."""
    open_duty = Coverage.objects.filter(client=client, user=user, until=None).first()
    if open_duty is None:
        raise NotFound(bilingual("服务关系", "duty"))
    with elevated("ending a duty"):
        open_duty.until = clock.today()
        open_duty.save()
    return open_duty


@action(
    "clients.set_information_wall",
    needs=Permission.CLIENT_WALL,
    zh="设置信息隔离墙",
    en="Set an information wall",
    parameters=(CLIENT, Parameter("walled", kind="bool", spec=FieldSpec("隔离", "Walled")), REASON),
)
def set_information_wall(*, client: Client, walled: bool, reason: str) -> Client:
    """Set or lift an information wall: with it only personal managers and compliance see the client."""
    if client.restricted and not walled:
        raise refusal(
            "walled",
            "该客户的个人信息已限制处理，不能解除隔离。",
            "The processing of this client's data is restricted; the wall stays.",
        )
    add_audit_note(reason=reason)
    client.walled = walled
    client.save()
    return client


@action("clients.update_contact_dates", needs="", zh="更新联系日期", en="Update contact dates", is_public=False)
def update_contact_dates(*, client: Client, last_on: date | None, next_on: date | None) -> None:
    """Store the dates of last and next contact on the client, so that lists can sort by them."""
    if last_on and (client.last_contact_on is None or last_on > client.last_contact_on):
        client.last_contact_on = last_on
        publish_event("client.contacted", client=client.pk)
    client.next_contact_on = next_on
    client.save()
