"""Queries of hand-overs: the list, one with its packs, a pack, packs to sign, letters to send."""

from typing import Any

from django.db.models import Count, Q

from dakehu.domains.service.hand_over import rules
from dakehu.domains.service.models import HandOver, HandOverPack, HandOverState
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.notices import NoticeSource, declare, notice
from dakehu.foundation.schema.parameters import Parameter

HAND_OVER = Parameter("hand_over", kind="integer", spec=FieldSpec("交接", "Hand-over"))
PACK = Parameter("pack", kind="integer", spec=FieldSpec("交接包", "Pack"))
TO_SIGN = "service.packs_to_sign"
TONES = {"planned": "warn", "effective": "good"}


def _visible() -> Any:
    """Return the hand-overs that the actor may see: those of people they assign for, and received ones in effect."""
    actor = current_actor()
    received = HandOverPack.objects.filter(receiver_id=actor.user_id).values("hand_over_id")
    condition = Q(pk__in=received, state=HandOverState.EFFECTIVE.value)
    if actor.is_system or (actor.may(Permission.CLIENT_ASSIGN) and actor.reach is not Reach.COVERED):
        condition = Q()
    elif actor.may(Permission.CLIENT_ASSIGN):
        condition |= Q(giver_id__in=actor.covers) | Q(planned_by_id=actor.user_id)
    elif actor.reach is Reach.ACROSS_WALLS:
        condition = Q()
    return HandOver.objects.filter(condition).select_related("giver", "planned_by").order_by("-pk")


@query("service.hand_overs", needs=Permission.SERVICE_READ, zh="客户交接列表", en="Hand-overs")
def hand_overs() -> Any:
    """Return the hand-overs that the actor planned, leads or received, newest first."""
    return _visible()


@query("service.hand_over_list", needs=Permission.SERVICE_READ, zh="交接页", en="The page of hand-overs")
def hand_over_list() -> list[dict[str, Any]]:
    """Return hand-overs with how many visible packs they have, signed and informed ones."""
    rows = list(_visible()[:100])
    counted = HandOverPack.objects.filter(hand_over__in=rows).order_by().values("hand_over_id")
    counts = {
        one["hand_over_id"]: one
        for one in counted.annotate(
            packs=Count("pk"),
            signed=Count("pk", filter=~Q(signed_on=None)),
            told=Count("pk", filter=~Q(informed_on=None)),
        )
    }
    return [{**_row(row), **_counts(counts.get(row.pk, {}))} for row in rows]


def _row(row: HandOver) -> dict[str, Any]:
    """Return a hand-over as plain values."""
    return {
        "id": row.pk,
        "giver": row.giver.name,
        "effective_on": row.effective_on.isoformat(),
        "reason": row.reason,
        "note": row.note,
        "ends_account": row.ends_account,
        "state": str(row.state),
        "state_text": HandOverState.text_of(str(row.state)),
        "tone": TONES.get(str(row.state), ""),
        "planned_by": row.planned_by.name if row.planned_by else "",
        "applied_on": row.applied_on.isoformat() if row.applied_on else None,
    }


def _counts(found: dict[str, Any]) -> dict[str, int]:
    """Return the numbers of packs."""
    return {name: found.get(name, 0) for name in ("packs", "signed", "told")}


@query("service.hand_over", needs=Permission.SERVICE_READ, zh="客户交接", en="One hand-over", parameters=(HAND_OVER,))
def hand_over(*, hand_over: int) -> dict[str, Any]:
    """Return a hand-over with its visible packs: {…, packs: [{id, client, receiver, work, signed_on, informed_on, is_mine}],
    to_sign: ids of own unsigned ones, counts}. Raises NotFound."""
    row = _visible().filter(pk=hand_over).first()
    if row is None:
        raise NotFound(bilingual("交接", "hand-over"))
    packs = (
        HandOverPack.objects.filter(hand_over=row)
        .select_related("client", "receiver")
        .order_by("receiver", "client__code")
    )
    me, clearance = current_actor().user_id, current_actor().clearance
    shown = [
        {
            "id": pack.pk,
            "client": {"id": pack.client_id, "name": name_of(pack.client, clearance), "code": pack.client.code},
            "receiver": pack.receiver.name,
            "work": len(pack.contents.get("open_work", ())) + len(pack.contents.get("promises", ())),
            "signed_on": pack.signed_on.isoformat() if pack.signed_on else None,
            "informed_on": pack.informed_on.isoformat() if pack.informed_on else None,
            "is_mine": pack.receiver_id == me,
        }
        for pack in packs
    ]
    to_sign = [one["id"] for one in shown if one["is_mine"] and not one["signed_on"]]
    return {
        **_row(row),
        "packs": shown,
        "to_sign": to_sign if row.state == HandOverState.EFFECTIVE else [],
        "untold": sum(not one["informed_on"] for one in shown),
        "signed": sum(bool(one["signed_on"]) for one in shown),
    }


@query("service.hand_over_pack", needs=Permission.SERVICE_READ, zh="交接包", en="A pack", parameters=(PACK,))
def hand_over_pack(*, pack: int) -> dict[str, Any]:
    """Return a pack: {id, hand_over, client, receiver, contents, letter, digest, is_intact, signed_on, signed_by, can_sign}.

    `is_intact`: the contents still have the digest with which they were frozen. Raises NotFound, also if the reader is
    not cleared for its contents.
    """
    row = HandOverPack.objects.filter(pk=pack, hand_over__in=_visible())
    row = row.select_related("client", "receiver", "signed_by", "hand_over", "hand_over__giver").first()
    if row is None or current_actor().clearance < PERSONAL:
        raise NotFound(bilingual("交接包", "pack"))
    is_intact = row.digest == rules.digest_of(row.contents)
    return {
        "id": row.pk,
        "hand_over": {"id": row.hand_over_id, "state": str(row.hand_over.state), "giver": row.hand_over.giver.name},
        "client": {"id": row.client_id, "name": row.client.name},
        "receiver": row.receiver.name,
        "contents": row.contents,
        "letter": row.letter,
        "digest": row.digest,
        "is_intact": is_intact,
        "signed_on": row.signed_on.isoformat() if row.signed_on else None,
        "signed_by": row.signed_by.name if row.signed_by else "",
        "informed_on": row.informed_on.isoformat() if row.informed_on else None,
        "can_sign": is_intact
        and row.signed_on is None
        and row.receiver_id == current_actor().user_id
        and row.hand_over.state == HandOverState.EFFECTIVE,
    }


@query(
    "service.hand_over_letters",
    needs=Permission.SERVICE_READ,
    zh="待寄信件",
    en="Letters to send",
    parameters=(HAND_OVER,),
)
def hand_over_letters(*, hand_over: int) -> list[dict[str, Any]]:
    """Return the letters of a hand-over to clients not informed yet: [{pack, client, letter}]. Raises NotFound."""
    if not _visible().filter(pk=hand_over).exists():
        raise NotFound(bilingual("交接", "hand-over"))
    packs = HandOverPack.objects.filter(
        hand_over_id=hand_over, informed_on=None, hand_over__state=HandOverState.EFFECTIVE.value
    )
    clearance = current_actor().clearance
    return [
        {
            "pack": pack.pk,
            "client": name_of(pack.client, clearance),
            "letter": pack.letter if clearance >= PERSONAL else DOTS,
        }
        for pack in packs.select_related("client").order_by("client__code")
    ]


@query(TO_SIGN, needs=Permission.PLAN_WRITE, zh="待签收的交接包", en="Packs to sign")
def packs_to_sign() -> list[dict[str, Any]]:
    """Return one notice for each hand-over of which the actor has packs to sign."""
    mine = HandOverPack.objects.filter(
        receiver_id=current_actor().user_id, signed_on=None, hand_over__state=HandOverState.EFFECTIVE.value
    )
    counted = mine.order_by().values("hand_over_id", "hand_over__giver__name", "hand_over__applied_on")
    return [
        notice(
            f"{TO_SIGN}:{one['hand_over_id']}:{one['count']}",
            bilingual(
                "{n} 个交接包待您签收（{name}移交）",
                "{n} packs of {name} wait for your signature",
                n=one["count"],
                name=one["hand_over__giver__name"],
            ),
            at=one["hand_over__applied_on"].isoformat(),
            url=f"/hand-overs/{one['hand_over_id']}/",
            tone="warn",
        )
        for one in counted.annotate(count=Count("pk"))
    ]


declare(NoticeSource(TO_SIGN, bilingual("客户交接", "Hand-overs"), "handshake", order=15))
