"""What can be done about clients: the only writes."""

from datetime import date
from typing import Any

from dakehu.domains.clients import choices, rules
from dakehu.domains.clients.codes import code_taken_message, codes_in_use, next_free_code
from dakehu.domains.clients.duplicates.detection import ANYWAY, MAIL, PHONE, check_not_duplicate, profile_of_new
from dakehu.domains.clients.identifiers import BadIdentifier
from dakehu.domains.clients.models import Client, ClientTag, Consent, Contact, Coverage, KeyDate, Needs, Tag
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import Reach, current_actor, elevated
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.input import missing_parameters
from dakehu.foundation.records.recorded import add_audit_note, publish_event
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import FieldSpec, editable_fields
from dakehu.foundation.schema.parameters import CustomFields, Fields, Parameter, parameters_of

CLIENT = parameters_of("clients.Contact", "client")
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
REASON = Parameter("reason", spec=FieldSpec("原因", "Reason"))


def client_fields() -> tuple[str, ...]:
    """What is known of a client himself, custom fields included."""
    return tuple(name for name in editable_fields("clients.Client") if name != "code")


def set_details(client: Client, given: dict[str, Any]) -> None:
    """Put accepted values on a client and keep what follows from them in step: pinyin, standard form of the
    ID number, the end of the risk test. Raises Refused for an ID number that cannot be right."""
    for name, value in given.items():
        column: Any = Client._meta.get_field(name)
        if (value is None and not column.null) or (value == "" and not column.blank):
            value = column.get_default()
        setattr(client, name, value)
    client.pinyin, client.initials = rules.pinyin_of(client.name)
    number = given.get("id_number")
    if number:
        client.id_type = client.id_type or rules.guess_id_type(str(client.kind), number)
        try:
            client.id_number = rules.check_id_number(str(client.id_type), number)
        except BadIdentifier as bad:
            raise refusal("id_number", bad.zh, bad.en) from None
    if "risk_tested_on" in given or "risk_valid_to" in given:
        client.risk_valid_to = rules.risk_valid_to(client.risk_tested_on, given.get("risk_valid_to"))


@action(
    "clients.create",
    needs=Permission.CLIENT_WRITE,
    zh="新建客户",
    en="Add a client",
    parameters=(
        Fields("clients.Client", required=("name",), new=True),
        PHONE,
        MAIL,
        ANYWAY,
    ),
)
def create(
    *,
    name: str,
    code: str | None = None,
    phone: str | None = None,
    mail: str | None = None,
    anyway: bool | None = None,
    **details: Any,
) -> Client:
    """A new client, covered by whoever adds them. Refused (409), naming them, where clients in scope are likely the same,
    or where somebody else serves one with this very phone or mail; `anyway` overrides that, but never the same ID number."""
    actor = current_actor()
    client = Client(code=code or next_free_code())
    set_details(client, {"name": name, **details})
    check_not_duplicate(profile_of_new(client, (("mobile", phone), ("mail", mail))), bool(anyway))
    with elevated("a new client is covered by whoever adds them"):
        if codes_in_use([client.code]):
            raise Refused({"code": [code_taken_message(client.code)]})
        client.save()
        if actor.user_id is not None:
            Coverage(client=client, user_id=actor.user_id, since=clock.today()).save()
        for kind, value in ((choices.ContactKind.MOBILE, phone), (choices.ContactKind.MAIL, mail)):
            if value:
                save_contact(client, str(kind), value, primary=True)
    publish_event("clients.created", client=client.pk)
    return client


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
    check_version(client, version)
    for must in ("code", "name"):
        if must in details and not details[must]:
            raise refusal(must, "不能为空。", "Cannot be empty.")
    with elevated("codes are unique in the firm"):
        if details.get("code", client.code) != client.code and codes_in_use([details["code"]]):
            raise Refused({"code": [code_taken_message(details["code"])]})
    set_details(client, details)
    client.save()
    return client


def save_contact(client: Client, kind: str, value: str, **extra: Any) -> Contact:
    """Store a contact in its standard form; a masked one stays unverified with a remark that says why."""
    try:
        reading = rules.read_contact(kind, value)
    except BadIdentifier as bad:
        raise refusal("value", bad.zh, bad.en) from None
    contact = Contact(client=client, kind=reading.kind, value=reading.value, **extra)
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
def add_contact(*, client: Client, kind: str, value: str, **extra: Any) -> Contact:
    return save_contact(client, kind, value, **{k: v for k, v in extra.items() if v is not None})


def _contact(pk: int) -> Contact:
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
    """Somebody got through: the contact is verified, and completed where it was masked."""
    row = _contact(contact)
    if value:
        try:
            reading = rules.read_contact(str(row.kind), value)
        except BadIdentifier as bad:
            raise refusal("value", bad.zh, bad.en) from None
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
    _contact(contact).delete()


@action(
    "clients.open_contact",
    needs=Permission.SEALED_OPEN,
    zh="查看完整联系方式",
    en="View a contact in full",
    parameters=(ONE_CONTACT, REASON),
)
def open_contact(*, contact: int, reason: str) -> dict[str, str]:
    """The plain value, for a stated reason. Who looked, when and why stays on the record."""
    row = _contact(contact)
    add_audit_note(reason=reason, client=row.client_id, contact=row.pk)
    return {"value": row.value.open()}


@action(
    "clients.open_id_number",
    needs=Permission.SEALED_OPEN,
    zh="查看完整证件号码",
    en="View an ID number in full",
    parameters=(CLIENT, REASON),
)
def open_id_number(*, client: Client, reason: str) -> dict[str, str]:
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
)
def open_field(*, client: Client, field: str, reason: str) -> dict[str, str]:
    """A sealed value that an administrator's field holds; `field` is its name, in any spelling."""
    meant = custom_fields.find_secret_field("clients.Client", field)
    value = getattr(client, meant.name) if meant is not None else None
    if not value:
        raise NotFound(bilingual("机密字段“{field}”的内容", "value of the secret field “{field}”", field=field))
    add_audit_note(reason=reason, client=client.pk, field=meant.name)
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
def record_needs(*, client: Client, version: int | None = None, **wishes: Any) -> Needs:
    needs = Needs.objects.filter(client=client).first() or Needs(client=client)
    if needs.pk:
        check_version(needs, version)
    else:
        lacking = [
            t
            for t in CustomFields("clients.Needs", new=True).parameters()
            if t.required and wishes.get(t.name) in (None, "")
        ]
        if lacking:
            raise Refused({parameter.name: [missing_parameters(parameter)] for parameter in lacking})
    for name, value in wishes.items():
        setattr(needs, name, value)
    needs.noted_on = wishes.get("noted_on") or clock.today()
    needs.save()
    return needs


@action(
    "clients.record_consent",
    needs=Permission.CLIENT_WRITE,
    zh="登记同意或拒绝",
    en="Record a consent or refusal",
    parameters=(
        CLIENT,
        parameters_of("clients.Consent", "purpose", "state", optional=("channel", "stated_on", "evidence")),
    ),
)
def record_consent(
    *,
    client: Client,
    purpose: str,
    state: str,
    channel: str | None = None,
    stated_on: date | None = None,
    evidence: str | None = None,
) -> Consent:
    consent = Consent(
        client=client,
        purpose=purpose,
        state=state,
        channel=channel or "",
        stated_on=stated_on or clock.today(),
        evidence=evidence or "",
    )
    consent.save()
    return consent


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
    row = KeyDate(client=client, kind=kind, on=on, yearly=True if yearly is None else yearly, label=label or "")
    row.save()
    return row


@action(
    "clients.tag",
    needs=Permission.CLIENT_WRITE,
    zh="添加标签",
    en="Tag a client",
    parameters=(CLIENT, Parameter("name", spec=FieldSpec("标签", "Tag"))),
)
def tag(*, client: Client, name: str) -> ClientTag:
    label = Tag.objects.filter(name=name[:40]).first()
    if label is None:
        label = Tag(name=name[:40])
        label.save()
    row = ClientTag.objects.filter(client=client, tag=label).first() or ClientTag(client=client, tag=label)
    row.save()
    return row


@action(
    "clients.untag",
    needs=Permission.CLIENT_WRITE,
    zh="移除标签",
    en="Remove a tag from a client",
    parameters=(CLIENT, Parameter("name", spec=FieldSpec("标签", "Tag"))),
)
def untag(*, client: Client, name: str) -> None:
    row = ClientTag.objects.filter(client=client, tag__name=name).first()
    if row is None:
        raise NotFound(bilingual("标签", "tag"), name)
    row.delete()


def check_team(user: Any) -> None:
    """Raises Refused where the actor may not give clients to this member of staff: a lead assigns within the team."""
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
    held = Coverage.objects.filter(client=client, user=user, until=None).first()
    if held is None:
        raise NotFound(bilingual("服务关系", "duty"))
    with elevated("ending a duty"):
        held.until = clock.today()
        held.save()
    return held


@action(
    "clients.set_information_wall",
    needs=Permission.CLIENT_WALL,
    zh="设置信息隔离墙",
    en="Set an information wall",
    parameters=(CLIENT, Parameter("walled", kind="bool", spec=FieldSpec("隔离", "Walled")), REASON),
)
def set_information_wall(*, client: Client, walled: bool, reason: str) -> Client:
    """Behind a wall only those who serve the client in person, and compliance, see it. Managers do not."""
    add_audit_note(reason=reason)
    client.walled = walled
    client.save()
    return client


@action("clients.update_contact_dates", needs="", zh="更新联系日期", en="Update contact dates", is_public=False)
def update_contact_dates(*, client: Client, last_on: date | None, next_on: date | None) -> None:
    """Keep the last and next contact on the client in step, so that lists can sort by them."""
    if last_on and (client.last_contact_on is None or last_on > client.last_contact_on):
        client.last_contact_on = last_on
    client.next_contact_on = next_on
    client.save()
