"""Actions on deliveries: send one again, stop a waiting one, record what later becomes known of one."""

from dakehu.domains.service.deliveries.client_rules import refusal_by, rule_text
from dakehu.domains.service.deliveries.kinds import AGAIN, AUTOMATIC, SENT, WAITING, DeliveryState
from dakehu.domains.service.deliveries.masks import without_addresses
from dakehu.domains.service.deliveries.outbox import start_sending, step
from dakehu.domains.service.deliveries.queries import visible_condition
from dakehu.domains.service.models import Delivery
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

DELIVERY = Parameter("delivery", kind="integer", spec=FieldSpec("送达编号", "Delivery"))
CANNOT_BE_TAKEN_BACK = bilingual("已交出的消息不能收回。", "What has been handed over cannot be taken back.")


def _get(delivery: int) -> Delivery:
    """Return a delivery that the actor may see, locked until the action ends. Raises NotFound."""
    condition = visible_condition()
    with elevated("act on a delivery"):
        row: Delivery | None = Delivery.objects.filter(condition, pk=delivery).select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound(bilingual("送达记录", "delivery"), delivery)
    return row


@action(
    "service.send_again",
    needs=Permission.DELIVERY_SEND,
    zh="重新发送",
    en="Send again",
    parameters=(DELIVERY,),
    irreversible=CANNOT_BE_TAKEN_BACK,
)
def send_again(*, delivery: int) -> dict[str, str]:
    """Send a message again that failed, was held back, or whose arrival is unknown; returns {state}.

    It keeps its Message-ID, and the rules are checked again. Raises Refused for one that was sent or waits already.
    """
    row = _get(delivery)
    if row.state not in AGAIN:
        raise refusal(
            "delivery",
            "这条消息现在是“{state}”，不需要重发。",
            "This message is “{state}”: there is nothing to send again.",
            state=DeliveryState.text_of(str(row.state)),
        )
    if row.channel not in AUTOMATIC or not row.address:
        raise refusal(
            "delivery",
            "系统不能发送这条消息：{why}。请用其他渠道，或补上地址后重新发起。",
            "The desk cannot send this message: {why}. Use another channel, or start again with an address.",
            why=rule_text(row.rule or "no_address"),
        )
    by = current_actor().name
    note = bilingual("{who} 决定重新发送", "{who} sends it again", who=by)
    if row.state == DeliveryState.UNKNOWN:
        note = bilingual("结果不明，由 {who} 决定再次发送", "Unknown, sent again by {who}", who=by)
    row.state, row.rule, row.due_at = DeliveryState.QUEUED.value, "", clock.now()
    row.attempts = 0 if row.attempts and row.sent_at is None else row.attempts
    row.history = [*row.history, step(row.state, note)]
    with elevated("send a delivery again"):
        row.save()
        start_sending(row.due_at)
    return {"state": row.state}


@action(
    "service.stop_delivery",
    needs=Permission.DELIVERY_SEND,
    zh="停止发送",
    en="Stop a message",
    parameters=(DELIVERY,),
    offers_undo=False,
)
def stop_delivery(*, delivery: int) -> dict[str, str]:
    """Stop a waiting message; it can be sent again. Raises Refused for one that does not wait."""
    row = _get(delivery)
    if row.state not in WAITING:
        raise refusal(
            "delivery",
            "这条消息现在是“{state}”，不能停止。",
            "This message is “{state}” and can no longer be stopped.",
            state=DeliveryState.text_of(str(row.state)),
        )
    row.state, row.rule = DeliveryState.SUPPRESSED.value, refusal_by("taken_back").rule
    note = bilingual("{who} 停止了发送", "{who} stopped it", who=current_actor().name)
    row.history = [*row.history, step(row.state, note)]
    with elevated("stop a delivery"):
        row.save()
    return {"state": row.state}


@action(
    "service.record_arrival",
    needs=Permission.SYSTEM_WRITE,
    zh="记录送达或退信",
    en="Record an arrival or a bounce",
    is_public=False,
    offers_undo=False,
)
def record_arrival(*, message_id: str, arrived: bool, answer: str = "") -> int:
    """Record that a message was delivered or came back, by its Message-ID; return the number of deliveries."""
    count = 0
    for row in Delivery.objects.filter(message_id=message_id, state__in=(*SENT, "unknown")):
        row.state = (DeliveryState.DELIVERED if arrived else DeliveryState.BOUNCED).value
        row.answer = without_addresses(answer)
        row.history = [*row.history, step(row.state, row.answer)]
        row.save()
        count += 1
    return count


def record_report(*, message_id: str, arrived: bool, answer: str = "") -> bool:
    """Record an arrival or a bounce if the desk sent the message; return whether it did, also for a repeated report."""
    record_arrival(message_id=message_id, arrived=arrived, answer=answer)
    return Delivery.objects.filter(message_id=message_id).exists()
