"""Manage webhook endpoints: add, change, rotate the secret, switch on and off, confirm, test, resend."""

import uuid
from typing import Any

from django.conf import settings

from dakehu.exchange.webhooks import rules
from dakehu.exchange.webhooks.composing import body_of
from dakehu.exchange.webhooks.delivering import clear_subscriber_cache, queue_message, start_sending
from dakehu.exchange.webhooks.models import Endpoint, Message, MessageState
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.encrypted_fields import EncryptedValue, encrypted_fields_of
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.outgoing_events import events as outgoing_events
from dakehu.foundation.schema.parameters import Parameter, parameters_of

ENDPOINT = Parameter("endpoint", "webhooks.Endpoint", spec=FieldSpec("Webhook 端点", "Webhook endpoint"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
TEST = "test.ping"


def _check(row: Endpoint) -> None:
    """Normalise the entered values. Raises Refused for an invalid address or event."""
    row.address = row.address.strip()
    if not rules.is_address(row.address, settings.WEBHOOK_NETWORKS):
        raise refusal(
            "address",
            "“{value}”不能用。应为 https:// 开头、不带用户名的地址。",
            "“{value}” cannot be used: it must begin with https:// and name no user.",
            value=row.address,
        )
    known = [event.name for event in outgoing_events()]
    names = [name.strip() for name in row.events.replace("，", ",").split(",") if name.strip()]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise refusal(
            "events",
            "没有事件“{names}”，可选：{all}。",
            "There is no event “{names}”; choose of {all}.",
            names=" ".join(unknown),
            all=" ".join(known),
        )
    row.events = ",".join(dict.fromkeys(names))


def _encrypt_secret(name: str, secret: str) -> EncryptedValue:
    """Return a secret encrypted for a column of endpoints."""
    place = next(column.place for column in encrypted_fields_of(Endpoint) if column.name == name)
    return EncryptedValue.encrypt(place, secret, None)


@action(
    "webhooks.add",
    needs=Permission.CONNECTION_WRITE,
    zh="新增 Webhook 端点",
    en="Add a webhook endpoint",
    parameters=(
        parameters_of("webhooks.Endpoint", "name", "address", "owner", "events"),
        parameters_of("webhooks.Endpoint", optional=("detail",)),
    ),
    irreversible=bilingual(
        "密钥只显示一次；新增不能撤销，但可以删除。", "The secret is shown once; it cannot be undone, but removed."
    ),
)
def add_endpoint(*, name: str, **values: Any) -> dict[str, Any]:
    """Add an endpoint; return {endpoint, name, secret}, the secret only this once. It receives nothing until it is
    switched on and confirmed by its owner."""
    if Endpoint.objects.filter(name=name).exists():
        raise refusal("name", "“{name}”已存在。", "“{name}” exists.", name=name)
    row = Endpoint(name=name, **{key: value for key, value in values.items() if value not in (None, "")})
    _check(row)
    secret = rules.new_secret()
    row.secret, row.secrets_at = _encrypt_secret("secret", secret), clock.now()
    row.save()
    return {"endpoint": row.pk, "name": row.name, "secret": secret}


@action(
    "webhooks.change",
    needs=Permission.CONNECTION_WRITE,
    zh="修改 Webhook 端点",
    en="Change a webhook endpoint",
    parameters=(
        ENDPOINT,
        parameters_of("webhooks.Endpoint", optional=("name", "address", "owner", "events", "detail")),
        VERSION,
    ),
)
def change_endpoint(*, endpoint: Endpoint, version: int | None = None, **changes: Any) -> Endpoint:
    """Change an endpoint. Sending more or other data switches it off and requires its owner's confirmation again."""
    check_version(endpoint, version)
    before = endpoint.address, endpoint.owner_id, str(endpoint.detail), endpoint.events
    for name, value in changes.items():
        setattr(endpoint, name, value or "")
    _check(endpoint)
    if (endpoint.address, endpoint.owner_id, str(endpoint.detail), endpoint.events) != before:
        endpoint.is_on, endpoint.confirmed_at = False, None
    endpoint.save()
    clear_subscriber_cache()
    return endpoint


@action(
    "webhooks.rotate_secret",
    needs=Permission.CONNECTION_WRITE,
    zh="更换签名密钥",
    en="Rotate the signing secret",
    parameters=(ENDPOINT,),
    irreversible=bilingual(
        "新密钥只显示一次；旧密钥再签名 24 小时，之后不再有效，不能撤销。",
        "The new secret is shown once; the old one signs for 24 hours more. This cannot be undone.",
    ),
)
def rotate_secret(*, endpoint: Endpoint) -> dict[str, Any]:
    """Give an endpoint a new secret; return {endpoint, name, secret}, the secret only once. Both sign for a day."""
    secret = rules.new_secret()
    if endpoint.secret is not None:
        with elevated("sign with the former secret for a day"):
            former = endpoint.secret.open()
        endpoint.former_secret = _encrypt_secret("former_secret", former)
        endpoint.former_until = clock.now() + rules.FORMER_SECRET
    endpoint.secret, endpoint.secrets_at = _encrypt_secret("secret", secret), clock.now()
    endpoint.save()
    return {"endpoint": endpoint.pk, "name": endpoint.name, "secret": secret}


@action(
    "webhooks.switch_on",
    needs=Permission.CONNECTION_WRITE,
    zh="启用 Webhook 端点",
    en="Switch a webhook endpoint on",
    parameters=(ENDPOINT,),
)
def switch_on(*, endpoint: Endpoint) -> Endpoint:
    """Switch an endpoint on; if the actor owns it, this also confirms it."""
    endpoint.is_on, endpoint.stopped_because = True, ""
    if endpoint.owner_id == current_actor().user_id and endpoint.confirmed_at is None:
        endpoint.confirmed_at = clock.now()
    endpoint.save()
    clear_subscriber_cache()
    return endpoint


@action(
    "webhooks.switch_off",
    needs=Permission.CONNECTION_WRITE,
    zh="停用 Webhook 端点",
    en="Switch a webhook endpoint off",
    parameters=(ENDPOINT,),
)
def switch_off(*, endpoint: Endpoint) -> Endpoint:
    """Switch an endpoint off; queued messages are suppressed."""
    endpoint.is_on = False
    endpoint.save()
    clear_subscriber_cache()
    return endpoint


@action(
    "webhooks.confirm",
    needs=Permission.WEBHOOK_OWN,
    zh="同意以本人名义发送",
    en="Agree to be told in one's name",
    parameters=(ENDPOINT,),
)
def confirm(*, endpoint: Endpoint) -> Endpoint:
    """Confirm, as its owner, that an endpoint receives data about one's clients. Raises NotAllowed for others."""
    if endpoint.owner_id != current_actor().user_id:
        raise NotAllowed(bilingual("代他人同意", "agree for somebody else"), Permission.WEBHOOK_OWN)
    endpoint.confirmed_at = clock.now()
    endpoint.save()
    clear_subscriber_cache()
    return endpoint


@action(
    "webhooks.remove",
    needs=Permission.CONNECTION_WRITE,
    zh="删除 Webhook 端点",
    en="Remove a webhook endpoint",
    parameters=(ENDPOINT,),
    irreversible=bilingual(
        "密钥和消息记录一并删除，不能撤销；操作日志保留。",
        "Its secret and messages go with it and cannot be brought back; the audit stays.",
    ),
)
def remove_endpoint(*, endpoint: Endpoint) -> dict[str, Any]:
    """Remove an endpoint with its secret and messages."""
    removed = {"endpoint": endpoint.name}
    add_audit_note(**removed)
    endpoint.delete()
    clear_subscriber_cache()
    return removed


@action(
    "webhooks.test",
    needs=Permission.CONNECTION_WRITE,
    zh="发送测试消息",
    en="Send a test message",
    parameters=(ENDPOINT,),
    offers_undo=False,
)
def send_test(*, endpoint: Endpoint) -> dict[str, Any]:
    """Queue a test message without data; return {message}. Raises Refused while the endpoint receives nothing."""
    if not endpoint.is_on or endpoint.confirmed_at is None:
        raise refusal(
            "endpoint",
            "“{name}”没有启用，或归属人员还没有同意。",
            "“{name}” is switched off, or its owner has not agreed.",
            name=endpoint.name,
        )
    row = queue_message(endpoint, TEST, f"msg_{uuid.uuid4().hex}", body_of(TEST, {}))
    return {"message": row.pk}


@action(
    "webhooks.send_again",
    needs=Permission.CONNECTION_WRITE,
    zh="重新发送",
    en="Send again",
    parameters=(Parameter("message", kind="integer", spec=FieldSpec("消息", "Message")),),
    offers_undo=False,
)
def send_again(*, message: int) -> Message:
    """Queue a message again, with the same id and body. Raises NotFound."""
    row = Message.objects.select_related("endpoint").filter(pk=message).first()
    if row is None:
        raise NotFound(bilingual("消息", "message"), message)
    row.state, row.next_at = MessageState.QUEUED.value, clock.now()
    row.save()
    start_sending(row)
    return row
