"""Queries of clients."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Case, F, Q, Value, When

from dakehu.domains.clients import rules
from dakehu.domains.clients.choices import FreezeReason
from dakehu.domains.clients.list_pages import Listing
from dakehu.domains.clients.marketing import find_running_freeze
from dakehu.domains.clients.models import (
    Client,
    ClientTag,
    Consent,
    Contact,
    Coverage,
    History,
    KeyDate,
    MergedClient,
    Needs,
    Tag,
)
from dakehu.domains.clients.rare_segments import are_in_rare_segment
from dakehu.domains.clients.search import line_columns, matching, parse_query, serves_few
from dakehu.foundation.access import client_tables
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.errors import NotAllowed, NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.database.kept_statements import kept_rows
from dakehu.foundation.gates.filtering import equal_values, filter_rows
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.pagination import Candidates
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("clients.Contact", "client")
TEXT = Parameter("text", required=False, spec=FieldSpec("搜索", "Search", aliases=("关键字", "q")))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))


def listing(*, text: str | None = None, filters: dict[str, Any] | None = None, order: str | None = None) -> Listing:
    """Return `clients.list` as a list to be paged. Raises NotAllowed."""
    if not current_actor().may(Permission.CLIENT_READ):
        raise NotAllowed(bilingual("客户列表", "Clients"), Permission.CLIENT_READ)
    order, filters = order or default_order(), filters or {}
    identity = repr((text, sorted(filters.items())))
    if not text or not text.strip():
        rows = filter_rows(Client.objects.all(), filters, order)
        return Listing(rows, identity, are_few=serves_few() or are_in_rare_segment(filters))
    every = filter_rows(Client.objects.all(), filters)
    search_query = parse_query(text, equal_values(Client, filters, line_columns()))
    rows = filter_rows(every.filter(search_query.walked), order=order)
    if search_query.some is None or search_query.test is None:
        are_few = serves_few() or current_actor().reach is not Reach.COVERED
        return Listing(rows, identity, are_few=are_few)
    find = search_query.some

    def some() -> tuple[Any, bool]:
        """Return the rows found first, and whether there are more."""
        condition, more = find()
        return every.filter(condition), more

    candidates = None
    if search_query.candidates is not None:
        candidates = Candidates(search_query.candidates, every, search_query.test)
    return Listing(rows, identity, some, candidates=candidates)


def default_order() -> str:
    """Return the default order: largest first; by code for readers who may not see assets.

    Sorting by assets would disclose them.
    """
    return "-assets" if current_actor().clearance >= PERSONAL else "code"


@query("clients.list", needs=Permission.CLIENT_READ, zh="客户列表", en="Clients", parameters=(TEXT, FILTERS, ORDER))
def clients(*, text: str | None = None, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return visible clients.

    `filters` as in gates.filtering, `order` such as "-assets", `text` searches.
    """
    rows = Client.objects.all()
    if text and text.strip():
        rows = rows.filter(matching(text))
    return filter_rows(rows, filters or {}, order or default_order())


@query("clients.detail", needs=Permission.CLIENT_READ, zh="客户资料", en="Client details", parameters=CLIENT)
def detail(*, client: Client) -> Client:
    """Return one client."""
    return client


_client_by_id = kept_rows(Client, lambda pk: Client.objects.filter(pk=pk))


def get_client(pk: int) -> Client:
    """Return a visible client by id; for a merged one the remaining client. Raises NotFound."""
    row = next(iter(_client_by_id(pk)), None) or Client.objects.filter(former__number=pk).first()
    if row is None:
        raise NotFound(bilingual("客户", "client"))
    return row


def get_client_by_id(numbers: Iterable[int]) -> dict[int, Client]:
    """Return {id: client} of the visible ones among some client ids."""
    found: dict[int, Client] = {}
    for client_ids in chunks(set(numbers)):
        found.update({row.pk: row for row in Client.objects.filter(pk__among=client_ids)})
    return found


def merge_survivors(numbers: list[int] | None = None) -> list[int]:
    """Return the ids of visible clients into whom others were merged, of some ids or all."""
    rows = MergedClient.objects.all() if numbers is None else MergedClient.objects.filter(client_id__among=numbers)
    return sorted(set(rows.values_list("client_id", flat=True)))


def merged_clients() -> dict[int, int]:
    """Return {former id: id of the client who remains} of visible merged clients."""
    return dict(MergedClient.objects.values_list("number", "client_id"))


def former_numbers(clients: Iterable[int]) -> list[int]:
    """Return the ids of visible records that were merged into these clients."""
    return sorted(MergedClient.objects.filter(client_id__among=sorted(clients)).values_list("number", flat=True))


def former_codes() -> dict[str, int]:
    """Return {code of a merged client: id of the client who remains} of visible clients."""
    return dict(MergedClient.objects.values_list("code", "client_id"))


@query("clients.contacts", needs=Permission.CLIENT_READ, zh="联系方式", en="Contacts", parameters=CLIENT)
def contacts(*, client: Client) -> Any:
    """Return the contacts of a client, primary ones first."""
    return Contact.objects.filter(client=client).order_by("-primary", "kind", "pk")


_contacts_of = kept_rows(Contact, lambda client: contacts(client=client))


def contact_rows(client: Client) -> list[Contact]:
    """Return the contacts of a client as `contacts` does, for pages that call it repeatedly. Raises NotAllowed."""
    return _rows_of(client, Contact, _contacts_of)


def _rows_of(client: Client, model: Any, read: Callable[[int], list[Any]]) -> list[Any]:
    """Return rows of a client, each with `client` set, so that it is not fetched again."""
    if not current_actor().may(Permission.CLIENT_READ):
        raise NotAllowed(bilingual("客户资料", "Client details"), Permission.CLIENT_READ)
    rows = [] if client_tables.names_empty_table(model, {"client": client}) else read(client.pk)
    for row in rows:
        row.client = client
    return rows


@query(
    "clients.ways_to_reach", needs=Permission.CLIENT_READ, zh="联系途径", en="Ways to reach a client", parameters=CLIENT
)
def ways_to_reach(*, client: Client) -> list[dict[str, Any]]:
    """Return the preferred contact of a client for call, mail and WeChat.

    [{way: call | mail | wechat, contact: id, value: masked}]; the full value comes from `clients.open_contact` only.
    """
    return ways_among(contacts(client=client))


def ways_among(rows: Iterable[Contact]) -> list[dict[str, Any]]:
    """Return the ways to reach a client among the client's contacts, in the order of `contacts`."""
    found: dict[str, Contact] = {}
    for row in rows:
        if str(row.kind) in rules.WAYS:
            found.setdefault(rules.WAYS[str(row.kind)], row)
    found = {way: found[way] for way in dict.fromkeys(rules.WAYS.values()) if way in found}
    shown = render_rows(list(found.values()), ("value",), shown=True)
    return [
        {"way": way, "contact": row.pk, "value": one["value"]}
        for (way, row), one in zip(found.items(), shown, strict=True)
    ]


@query("clients.needs", needs=Permission.CLIENT_READ, zh="需求与偏好", en="Needs and preferences", parameters=CLIENT)
def needs(*, client: Client) -> Any:
    """Return the needs and preferences of a client."""
    return Needs.objects.filter(client=client)


@query("clients.consents", needs=Permission.CLIENT_READ, zh="同意与拒绝", en="Consents", parameters=CLIENT)
def consents(*, client: Client) -> Any:
    """Return the consents of a client, newest first."""
    return Consent.objects.filter(client=client).order_by("-stated_on", "-pk")


@query("clients.key_dates", needs=Permission.CLIENT_READ, zh="重要日期", en="Key dates", parameters=CLIENT)
def key_dates(*, client: Client) -> Any:
    """Return the key dates of a client by day."""
    return KeyDate.objects.filter(client=client).order_by("on")


@query("clients.coverage", needs=Permission.CLIENT_READ, zh="服务团队", en="Service team", parameters=CLIENT)
def coverage(*, client: Client) -> Any:
    """Return the duties at a client: present ones, the main manager first, then earlier ones."""
    rank = Case(When(role="main", then=Value(0)), When(role="deputy", then=Value(1)), default=Value(2))
    return Coverage.objects.filter(client=client).order_by(F("until").asc(nulls_first=True), rank, "since")


_serving = kept_rows(Coverage, lambda client: coverage(client=client).filter(until=None))


def serving_rows(client: Client) -> list[Coverage]:
    """Return the present duties at a client, the main manager first, for pages that call it repeatedly. Raises NotAllowed."""
    return _rows_of(client, Coverage, _serving)


@query("clients.history", needs=Permission.CLIENT_READ, zh="历史版本", en="Earlier data", parameters=CLIENT)
def history(*, client: Client) -> Any:
    """Return earlier data of a client, newest first."""
    return History.objects.filter(client=client).order_by("-as_of_on")


@query("clients.tags", needs=Permission.CLIENT_READ, zh="客户标签", en="Tags of a client", parameters=CLIENT)
def tags(*, client: Client) -> Any:
    """Return the tags of a client by name."""
    return Tag.objects.filter(pk__in=ClientTag.objects.filter(client=client).values("tag_id")).order_by("name")


@query("clients.segments", needs=Permission.CLIENT_READ, zh="客户类别分布", en="Clients by segment")
def segments() -> list[dict[str, Any]]:
    """Return the number of visible clients per segment."""
    from django.db.models import Count

    counted = Client.objects.values("segment").annotate(count=Count("pk")).order_by("-count")
    return [{"segment": row["segment"], "count": row["count"]} for row in counted]


COUNTED = ("segment", "risk_level", "risk_valid_to", "assets", "occupation", "branch")


@query("clients.completeness", needs=Permission.CLIENT_READ, zh="资料完整率", en="Completeness of data")
def completeness() -> dict[str, Any]:
    """Return how complete the data of visible clients is.

    {"clients", "share" (0 to 1, None without clients), "missing": [{"field", "label", "count"}] most often missing
    first}. Counts six fields needed for service and suitability.
    """
    from django.db.models import CharField, Count

    from dakehu.foundation.schema.fields import spec_of

    tests = {}
    for name in COUNTED:
        blank = Q(**{f"{name}__isnull": True})
        if isinstance(Client._meta.get_field(name), CharField):
            blank |= Q(**{name: ""})
        tests[name] = Count("pk", filter=blank)
    counted = Client.objects.aggregate(everybody=Count("pk"), **tests)
    total = counted.pop("everybody")
    missing = [
        {"field": name, "label": spec_of(Client._meta.get_field(name)).label, "count": count}
        for name, count in sorted(counted.items(), key=lambda pair: -pair[1])
        if count
    ]
    gaps = sum(row["count"] for row in missing)
    return {
        "clients": total,
        "share": 1 - gaps / (total * len(COUNTED)) if total else None,
        "missing": missing,
    }


@query("clients.blockers", needs=Permission.CLIENT_READ, zh="业务障碍", en="Blockers", parameters=CLIENT)
def blockers(*, client: Client) -> list[dict[str, str]]:
    """Return what prevents business with a client now: [{zh, en, text}]."""
    refused = (
        Consent.objects.filter(client=client, purpose="marketing")
        .order_by("-stated_on", "-pk")
        .values_list("state", flat=True)
        .first()
    )
    freeze = find_running_freeze(client)
    frozen_by = FreezeReason(freeze.reason) if freeze is not None else None
    reasons = rules.blockers(
        risk_level=str(client.risk_level),
        valid_to=client.risk_valid_to,
        status=str(client.status),
        refused=refused in ("refused", "withdrawn"),
        today=clock.today(),
        frozen_since=freeze.frozen_on if freeze is not None else None,
        frozen_by=(frozen_by.zh, frozen_by.en) if frozen_by is not None else ("", ""),
    )
    return [{"zh": zh, "en": en, "text": str(bilingual(zh, en))} for zh, en in reasons]


@query(
    "clients.upcoming_dates",
    needs=Permission.CLIENT_READ,
    zh="近期重要日期",
    en="Upcoming key dates",
    parameters=(Parameter("days", required=False, kind="integer", spec=FieldSpec("天数", "Days")),),
)
def upcoming_dates(*, days: int | None = None) -> list[dict[str, Any]]:
    """Return birthdays, key dates and expiring risk tests of the coming days, soonest first.

    14 days by default, at most 366.
    """
    from datetime import timedelta

    from dakehu.domains.clients import anniversaries

    today, span = clock.today(), max(1, min(days or 14, 366))
    until = today + timedelta(days=span)
    dates = []
    cleared = current_actor().clearance >= PERSONAL  # a birthday identifies a person
    for row in KeyDate.objects.select_related("client") if cleared else ():
        occurs_on = anniversaries.next_occurrence(row.on, row.yearly, today)
        if occurs_on and occurs_on <= until:
            dates.append(
                {
                    "client": row.client,
                    "on": occurs_on,
                    "what": row.label or str(type(row).kind.field.choice_set.text_of(row.kind)),
                }
            )
    window = anniversaries.month_days(today, span)
    condition = Q(pk__in=[])
    for month, day in window:
        condition |= Q(birth_on__month=month, birth_on__day=day)
    for client in Client.objects.filter(condition)[:200] if cleared else ():
        occurs_on = anniversaries.next_occurrence(client.birth_on, True, today)
        dates.append({"client": client, "on": occurs_on, "what": str(bilingual("生日", "Birthday"))})
    for client in Client.objects.filter(risk_valid_to__range=(today, until))[:200]:
        dates.append(
            {"client": client, "on": client.risk_valid_to, "what": str(bilingual("风险测评到期", "Risk test expires"))}
        )
    from dakehu.foundation.gates.output import name_of

    clearance = current_actor().clearance
    return [
        {
            "client": {"id": entry["client"].pk, "name": name_of(entry["client"], clearance)},
            "on": entry["on"].isoformat(),
            "what": entry["what"],
        }
        for entry in sorted(dates, key=lambda entry: entry["on"])
    ]
