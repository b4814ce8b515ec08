"""The actor's addresses for notices: added, confirmed by a code sent there, switched off, removed."""

import hmac
import secrets
from datetime import timedelta
from typing import Any

from dakehu.domains.service.deliveries import outbox
from dakehu.domains.service.deliveries.kinds import DeliveryKind, StaffChannel
from dakehu.domains.service.deliveries.sending import names
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.service.models import NoticeAddress
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.encrypted_fields import EncryptedValue, blind_index, encrypted_fields_of
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.messages import chat
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

ADDRESS = Parameter("notice_address", kind="integer", spec=FieldSpec("提醒地址", "Address of notices"))
CODE_LASTS = timedelta(minutes=30)
MOST_TRIES = 5
MOST_ADDRESSES = 6
PLACE = "notice_address.code"


def own_address(number: int) -> NoticeAddress:
    """Return an own address. Raises NotFound."""
    row: NoticeAddress | None = NoticeAddress.objects.filter(pk=number, user_id=current_actor().user_id).first()
    if row is None:
        raise NotFound(bilingual("提醒地址", "address"), number)
    return row


def mail_addresses_of(user: int) -> list[str]:
    """Return the confirmed, active mail addresses of a user, oldest first."""
    rows = NoticeAddress.objects.filter(user_id=user, channel=StaffChannel.MAIL.value, is_on=True)
    with elevated("write to a member of staff at a confirmed address"):
        return [row.address.open() for row in rows.exclude(confirmed_at=None).order_by("pk")]


def address_problem(channel: str, address: str) -> None:
    """Raise Refused for an address that the desk cannot send to."""
    if channel == StaffChannel.CHAT:
        settings = message_settings()
        chat.read_address(address, names(settings.chat_hosts), names(settings.chat_services))
    elif address.count("@") != 1 or any(character.isspace() for character in address) or address[-1:] == "@":
        raise refusal("address", "应为邮箱地址。", "Must be a mail address.")


@action(
    "service.add_notice_address",
    needs="",
    zh="新增提醒地址",
    en="Add an address of notices",
    parameters=parameters_of("service.NoticeAddress", "channel", "address"),
    offers_undo=False,
)
def add_notice_address(*, channel: str, address: str) -> NoticeAddress:
    """Add an address for reminders and send a code there; it is used once the code was entered.

    Raises Refused for an address that is invalid or that the firm does not allow.
    """
    address = address.strip()
    address_problem(channel, address)
    mine = NoticeAddress.objects.filter(user_id=current_actor().user_id)
    if mine.count() >= MOST_ADDRESSES:
        raise refusal("address", "最多 {n} 个地址。", "At most {n} addresses.", n=MOST_ADDRESSES)
    if any(row.channel == channel and row.address.same_as(address) for row in mine):
        raise refusal("address", "这个地址已经在列表中。", "This address is in the list already.")
    (field,) = encrypted_fields_of(NoticeAddress)
    sealed = EncryptedValue.encrypt(field.place, address, field.mask)
    row = NoticeAddress(user_id=current_actor().user_id, channel=channel, address=sealed)
    row.save()
    _send_code(row, address)
    return row


@action(
    "service.send_notice_code",
    needs="",
    zh="重发验证码",
    en="Send the code again",
    parameters=(ADDRESS,),
    offers_undo=False,
)
def send_notice_code(*, notice_address: int) -> dict[str, Any]:
    """Send a new code to an own address that is not confirmed yet."""
    row = own_address(notice_address)
    if row.confirmed_at is None:
        with elevated("send a code to an address"):
            plain = row.address.open()
        _send_code(row, plain)
    return {"confirmed": row.confirmed_at is not None}


def _send_code(row: NoticeAddress, address: str) -> None:
    """Create a code, store its digest, and queue it to the address."""
    code = f"{secrets.randbelow(1_000_000):06}"
    now = clock.now()
    row.code_digest, row.code_until, row.code_tries = blind_index(PLACE, f"{row.pk}:{code}"), now + CODE_LASTS, 0
    row.save()
    outbox.queue(
        channel=str(row.channel),
        address=address,
        subject=str(bilingual("大客户服务台：验证码", "dakehu: your code")),
        text=str(
            bilingual(
                "验证码 {code}，30 分钟内有效。请在“我的账号 · 提醒”中填写。如非本人操作，请忽略。",
                "Your code is {code}, valid for 30 minutes. Enter it under My account, Notices. If this was not you, "
                "ignore it.",
                code=code,
            )
        ),
        key=f"code:{row.pk}:{now.isoformat()}",
        kind=DeliveryKind.CODE.value,
        recipient=current_actor().user_id,
        title=str(bilingual("验证码", "A code")),
    )


@action(
    "service.confirm_notice_address",
    needs="",
    zh="确认提醒地址",
    en="Confirm an address of notices",
    parameters=(ADDRESS, Parameter("code", spec=FieldSpec("验证码", "Code", example="012345"))),
    offers_undo=False,
)
def confirm_notice_address(*, notice_address: int, code: str) -> dict[str, bool]:
    """Confirm an own address by the code sent there; returns {confirmed}.

    A wrong code is counted: after five, or half an hour, a new one must be sent.
    """
    row = own_address(notice_address)
    if row.confirmed_at is not None:
        return {"confirmed": True}
    if not row.code_digest or row.code_until is None or row.code_until < clock.now() or row.code_tries >= MOST_TRIES:
        raise refusal("code", "验证码已失效，请重新发送。", "The code is no longer valid; have a new one sent.")
    given = blind_index(PLACE, f"{row.pk}:{''.join(code.split())}")
    row.code_tries += 1
    if hmac.compare_digest(given, row.code_digest):
        row.confirmed_at, row.code_digest, row.code_until = clock.now(), "", None
    row.save()
    return {"confirmed": row.confirmed_at is not None}


@action(
    "service.switch_notice_address",
    needs="",
    zh="启用或停用提醒地址",
    en="Switch an address of notices",
    parameters=(ADDRESS, *parameters_of("service.NoticeAddress", "is_on")),
    offers_undo=False,
)
def switch_notice_address(*, notice_address: int, is_on: bool) -> NoticeAddress:
    """Switch an own address on or off."""
    row = own_address(notice_address)
    row.is_on = is_on
    row.save()
    return row


@action(
    "service.remove_notice_address",
    needs="",
    zh="删除提醒地址",
    en="Remove an address of notices",
    parameters=(ADDRESS,),
    offers_undo=False,
)
def remove_notice_address(*, notice_address: int) -> dict[str, int]:
    """Remove an own address; what was sent there stays in the log."""
    row = own_address(notice_address)
    row.delete()
    return {"removed": notice_address}
