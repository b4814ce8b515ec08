"""Change how messages are sent, and send a test."""

from typing import Any

from dakehu.domains.service.deliveries import outbox, quiet
from dakehu.domains.service.deliveries.kinds import WAITING, DeliveryChannel, DeliveryKind, DeliveryState
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.service.models import Delivery, MessageSettings
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.encrypted_fields import EncryptedValue, encrypted_fields_of
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, editable_fields
from dakehu.foundation.schema.parameters import Fields, Parameter

VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
NEEDED = {"mail_host": "邮件服务器", "sender_address": "发件地址"}
LOCAL = ("127.0.0.1", "localhost", "::1")
TIMES = ("quiet_from", "quiet_until")
WRONG_TIME = bilingual("应为 24 小时制的时间，如 20:30。", "Must be a time of the day such as 20:30.")


def check_times(values: dict[str, Any], names: tuple[str, ...]) -> None:
    """Normalise times of the day. Raises Refused for an invalid one."""
    for name in names:
        if values.get(name):
            values[name] = str(values[name]).strip().replace("：", ":").zfill(5)
            if not quiet.is_time(values[name]):
                raise Refused({name: [WRONG_TIME]})


@query("service.message_settings", needs=Permission.SYSTEM_READ, zh="消息发送设置", en="Settings of messages")
def settings_of_messages() -> dict[str, Any]:
    """Return the settings of messages without the password: {every field, has_password, is_failing, failing_since, failure, waiting (a test is under way),
    tests: the last five tests [{at, address, state, state_text, answer}]}."""
    row = message_settings()
    with elevated("read the last tests"):
        tests = list(Delivery.objects.filter(kind=DeliveryKind.TEST.value).order_by("-pk")[:5])
    return {
        **{name: getattr(row, name) for name in editable_fields("service.MessageSettings")},
        "version": row.row_version if row.pk else None,
        "has_password": bool(row.mail_password),
        "failing_since": row.failing_since,
        "failure": row.failure,
        "waiting": any(one.state in (*WAITING, "sending") for one in tests),
        "tests": [
            {
                "at": one.created_at,
                "address": one.address.masked() if one.address else "",
                "state": str(one.state),
                "state_text": DeliveryState.text_of(str(one.state)),
                "answer": one.answer,
            }
            for one in tests
        ],
    }


@action(
    "service.change_message_settings",
    needs=Permission.SYSTEM_WRITE,
    zh="修改消息发送设置",
    en="Change the settings of messages",
    parameters=(Fields("service.MessageSettings"), VERSION),
)
def change_message_settings(*, version: int | None = None, **values: Any) -> MessageSettings:
    """Change how messages are sent. Raises Refused if mail is switched on without server or sender, for a server that
    is not encrypted and not this machine, and for invalid times; Conflict after a concurrent change."""
    row = message_settings()
    if row.pk:
        check_version(row, version)
    check_times(values, TIMES)
    for name, value in values.items():
        column: Any = MessageSettings._meta.get_field(name)
        setattr(row, name, column.get_default() if value is None and not column.null else value)
    if row.mail_on:
        missing = [name for name in NEEDED if not getattr(row, name)]
        if missing:
            raise refusal(missing[0], "发送邮件需要填写这一项。", "Mail cannot be sent without it.")
    if row.mail_host and str(row.mail_security) == "none" and row.mail_host not in LOCAL:
        raise refusal(
            "mail_security",
            "不加密只用于本机；请选择 STARTTLS 或 TLS。",
            "None is for this machine only; choose STARTTLS or TLS.",
        )
    row.desk_address = row.desk_address.strip().rstrip("/")
    row.failing_since, row.failure = None, ""
    row.save()
    if row.mail_on:
        outbox.start_sending(clock.now())
    return row


@action(
    "service.replace_mail_password",
    needs=Permission.SYSTEM_WRITE,
    zh="更换邮件密码",
    en="Replace the password of mail",
    parameters=(
        Parameter(
            "mail_password",
            spec=FieldSpec(
                "密码或授权码",
                "Password",
                sensitivity=SECRET,
                help_zh="加密保存，以后不再显示；很多邮箱要用授权码",
                help_en="Kept encrypted and never shown again; many servers want a code for programs",
            ),
        ),
    ),
    irreversible=bilingual(
        "更换后旧密码不再保存，不能撤销；如有误，请再次更换。",
        "The old password is not kept, so this cannot be undone; to correct it, replace it again.",
    ),
)
def replace_mail_password(*, mail_password: str) -> dict[str, bool]:
    """Replace the password of the mail server. It is never shown."""
    row = message_settings()
    (field,) = encrypted_fields_of(MessageSettings)
    row.mail_password = EncryptedValue.encrypt(field.place, mail_password, None)
    row.failing_since, row.failure = None, ""
    row.save()
    if row.mail_on:
        outbox.start_sending(clock.now())
    return {"has_password": True}


@action(
    "service.send_test",
    needs=Permission.SYSTEM_WRITE,
    zh="发送测试邮件",
    en="Send a test",
    parameters=(Parameter("to", spec=FieldSpec("收件邮箱", "To", example="admin@example.com")),),
    irreversible=bilingual("已交出的消息不能收回。", "What has been handed over cannot be taken back."),
)
def send_test(*, to: str) -> dict[str, int]:
    """Queue a test to an address; returns {delivery}. Raises Refused while mail is switched off."""
    if not message_settings().mail_on:
        raise refusal("to", "请先打开“发送邮件”并保存。", "Switch “Send mail” on and save first.")
    if "@" not in to or any(character.isspace() for character in to.strip()):
        raise refusal("to", "应为邮箱地址。", "Must be a mail address.")
    now = clock.now()
    number = outbox.queue(
        channel=DeliveryChannel.MAIL.value,
        address=to,
        subject=str(bilingual("大客户服务台：测试邮件", "dakehu: a test")),
        text=str(
            bilingual(
                "这是一封测试邮件，由 {who} 于 {at} 发出。收到即说明发送设置可用。",
                "This is a test sent by {who} at {at}. If it arrived, the settings work.",
                who=current_actor().name,
                at=f"{clock.local(now):%Y-%m-%d %H:%M}",
            )
        ),
        key=f"test:{now.isoformat()}",
        kind=DeliveryKind.TEST.value,
        recipient=current_actor().user_id,
        title=str(bilingual("测试邮件", "A test")),
    )
    return {"delivery": number}
