"""Duplicate check before a prospect is added: among clients, by their own rules, and among prospects.

For those outside the actor's scope only that they exist, and whom to ask.
"""

from django.db.models import Q

from dakehu.domains.clients import rules as client_rules
from dakehu.domains.clients.duplicates import rules as duplicate_rules
from dakehu.domains.clients.duplicates.detection import (
    NAMED,
    LikelyDuplicate,
    check_not_duplicate,
    profile_of_new,
)
from dakehu.domains.clients.duplicates.rules import Profile, Similarity
from dakehu.domains.growth.choices import MarketingChoice
from dakehu.domains.growth.models import Prospect
from dakehu.domains.growth.models.prospect import OPEN_STATES
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.schema.fields import model_of

FOLLOWED = bilingual(
    "已有同事在跟进这条线索，请联系团队负责人。", "Somebody follows this prospect already; ask your team head."
)
HINT = bilingual(
    "如确认不是同一人，请勾选“仍要新建”（接口：anyway=true）。",
    "If this is somebody else, tick “Create anyway” (API: anyway=true).",
)
INDEXES = ("id_number_index", "phone_index", "mail_index")


def client_profile(prospect: Prospect, phone: str | None, mail: str | None, id_number: str | None) -> Profile:
    """Return a prospect, with numbers given in plain text, as input for the duplicate rules of clients."""
    client = model_of("clients.Client")(
        name=prospect.name,
        kind=prospect.kind,
        id_type=prospect.id_type,
        id_number=id_number or None,
        employer=prospect.employer,
    )
    client.pinyin, client.initials = client_rules.pinyin_of(prospect.name)
    return profile_of_new(client, (("mobile", phone), ("mail", mail)))


def check_new(prospect: Prospect, phone: str | None, mail: str | None, id_number: str | None, anyway: bool) -> None:
    """Raise LikelyDuplicate if a client or another prospect is likely the same, unless `anyway`.

    A taken ID number is never overridden. A refusal to be contacted is copied to the new prospect.
    """
    check_not_duplicate(client_profile(prospect, phone, mail, id_number), anyway)
    values = {"phone_index": phone, "mail_index": mail, "id_number_index": id_number}
    indexes = {name: _index(name, value) for name, value in values.items() if value}
    same = _sharing(indexes)
    if any(str(other.marketing) == MarketingChoice.REFUSED for other, _ in same):
        prospect.marketing = MarketingChoice.REFUSED.value
    lines = [_line(other, is_visible) for other, is_visible in same]
    certain = [other for other, _ in same if indexes.get("id_number_index") == other.id_number_index != ""]
    if certain:
        raise LikelyDuplicate({"id_number": lines[:NAMED]})
    if anyway:
        return
    known = {other.pk for other, _ in same}
    lines += [_line(other, True) for other, like in similar_prospects(prospect, indexes) if other.pk not in known]
    if lines:
        raise LikelyDuplicate({"anyway": [*lines[:NAMED], HINT]})


def _index(name: str, plain: str) -> str:
    """Return the blind index of a value."""
    return str(Prospect._meta.get_field(name).index_of(plain))  # type: ignore[union-attr]


def _sharing(indexes: dict[str, str]) -> list[tuple[Prospect, bool]]:
    """Return [(open prospect that shares a number, whether the actor sees it)], regardless of scope."""
    test = Q()
    for name, index in indexes.items():
        test |= Q(**{name: index})
    if not indexes:
        return []
    seen = set(Prospect.objects.filter(test).values_list("pk", flat=True))
    with elevated("look for the same prospect"):
        rows = list(Prospect.objects.filter(test, state__in=OPEN_STATES).select_related("pool").order_by("pk"))
    return [(row, row.pk in seen) for row in rows]


def similar_prospects(prospect: Prospect, indexes: dict[str, str]) -> list[tuple[Prospect, Similarity]]:
    """Return the visible open prospects of the same name that are likely the same, by the rules of clients."""
    own = profile_of(prospect, indexes)
    rows = (
        Prospect.objects.filter(name=prospect.name, state__in=OPEN_STATES).exclude(pk=prospect.pk).order_by("pk")[:50]
    )
    scored = [(row, duplicate_rules.similarity(own, profile_of(row))) for row in rows]
    return [pair for pair in scored if pair[1].is_likely]


def profile_of(prospect: Prospect, indexes: dict[str, str] | None = None) -> Profile:
    """Return a prospect as input for the rules; `indexes` of its numbers if it is not stored yet."""
    found = indexes if indexes is not None else {name: getattr(prospect, name) for name in INDEXES}
    return Profile(
        prospect.name,
        client_rules.pinyin_of(prospect.name)[0],
        str(prospect.kind),
        None,
        str(prospect.id_type),
        found.get("id_number_index", ""),
        frozenset({found.get("phone_index", ""), found.get("mail_index", "")} - {""}),
        frozenset(),
        prospect.employer,
    )


def _line(other: Prospect, is_visible: bool) -> Bilingual:
    """Return the sentence that names a prospect as far as the actor may see it."""
    if is_visible:
        return bilingual(
            "可能已有这条线索：{name}（编号 {n}）。",
            "This may be prospect {name} (number {n}).",
            name=name_of(other, current_actor().clearance),
            n=other.pk,
        )
    if other.owner_id is None and other.pool is not None:
        return bilingual(
            "公海“{pool}”中已有这条线索，请从公海领取。",
            "The pool “{pool}” holds this prospect; claim it there.",
            pool=other.pool.name,
        )
    return FOLLOWED
