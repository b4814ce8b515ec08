"""Inform clients of a hand-over: by the outbox if there is an address, else by letters to be sent manually."""

from typing import Any

from dakehu.domains.service.deliveries import outbox
from dakehu.domains.service.hand_over.actions import HAND_OVER, PACKS, get_hand_over
from dakehu.domains.service.models import HandOver, HandOverPack, HandOverState
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import model_of

SUBJECT = bilingual("您的客户经理变更", "Your new relationship manager")


def _packs_without_notice(row: HandOver) -> list[HandOverPack]:
    """Return the packs whose clients were not informed."""
    packs = HandOverPack.objects.filter(hand_over=row, informed_on=None).exclude(letter="")
    return list(packs.select_related("client").order_by("client__code"))


def mail_address(client_id: int) -> str:
    """Return the mail address of a client, the preferred one first; "" if there is none. Call inside an action."""
    rows = model_of("clients.Contact").objects.filter(client_id=client_id, kind="mail")
    for row in rows.order_by("-primary", "-verified", "pk"):
        text = str(row.value.open()) if row.value else ""
        if "@" in text and "*" not in text:
            return text
    return ""


@action(
    "service.tell_clients",
    needs=Permission.CLIENT_ASSIGN,
    zh="邮件告知客户",
    en="Tell the clients by mail",
    parameters=(HAND_OVER,),
    irreversible=bilingual("信件交给发件箱后不能撤回。", "Letters that went to the outbox cannot be taken back."),
)
def tell_clients(*, hand_over: int) -> dict[str, Any]:
    """Queue the letters of a hand-over for clients with a mail address; the others stay on the list for manual sending.

    Permission to write is checked when the letter is sent. Nothing is queued twice. Returns {queued, by_hand}.
    """
    row = get_hand_over(hand_over, HandOverState.EFFECTIVE)
    queued = by_hand = 0
    with elevated("telling clients who serves them now"):
        for pack in _packs_without_notice(row):
            address = mail_address(pack.client_id)
            if not address:
                by_hand += 1
                continue
            outbox.queue(
                channel="mail",
                address=address,
                subject=str(SUBJECT),
                text=pack.letter,
                key=f"hand-over:{row.pk}:client:{pack.client_id}",
                kind="client_mail",
                client=pack.client_id,
            )
            pack.informed_on = clock.today()
            pack.save()
            queued += 1
    add_audit_note(hand_over=row.pk, queued=queued, by_hand=by_hand)
    return {"queued": queued, "by_hand": by_hand}


@action(
    "service.mark_clients_told",
    needs=Permission.PLAN_WRITE,
    zh="登记已告知客户",
    en="Mark clients as told",
    parameters=(PACKS,),
)
def mark_clients_told(*, packs: list[int]) -> dict[str, Any]:
    """Record that clients were informed today, by letter or telephone. Returns {changed}."""
    rows = list(
        HandOverPack.objects.filter(pk__in=packs, informed_on=None, hand_over__state=HandOverState.EFFECTIVE.value)
    )
    for row in rows:
        row.informed_on = clock.today()
        row.save()
    return {"changed": len(rows)}
