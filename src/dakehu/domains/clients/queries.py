"""What can be asked about clients."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from dakehu.domains.clients import rules
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
from dakehu.domains.clients.search import matching, parse_query
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.errors import NotAllowed, NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.ttl_cache import TTLCache
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.pagination import count_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("clients.Contact", "client")
TEXT = Parameter("text", required=False, spec=FieldSpec("搜索", "Search", aliases=("关键字", "q")))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))


_long = TTLCache()  # (number, True) of lists that are longer than one counts


@dataclass(frozen=True)
class Listing:
    """A list to be read a page at a time. `some` gives those of its rows that are found at once, and whether there are
    others, where counting all of them would take long; `asked` tells the list from others of the same reader."""

    rows: Any
    asked: str
    some: Callable[[], tuple[Any, bool]] | None = None

    def counted(self) -> tuple[int, bool]:
        """(number of rows, whether there are more). That a list is longer than one counts is taken as known for a minute."""
        actor = current_actor()
        key = (actor.user_id, actor.reach, actor.covers, actor.clearance, self.asked)
        known: tuple[int, bool] | None = _long.get(key)
        if known is not None:
            return known
        rows, beyond = self.some() if self.some is not None else (self.rows, False)
        number, more = count_rows(rows)
        if more or beyond:
            _long.put(key, (number, True))
        return number, more or beyond


def listing(*, text: str | None = None, filters: dict[str, Any] | None = None, order: str | None = None) -> Listing:
    """As `clients.list`, for a list of which a page is shown. Raises NotAllowed as that does."""
    if not current_actor().may(Permission.CLIENT_READ):
        raise NotAllowed(bilingual("客户列表", "Clients"), Permission.CLIENT_READ)
    order = order or default_order()
    asked = repr((text, sorted((filters or {}).items())))
    if not text or not text.strip():
        return Listing(filter_rows(Client.objects.all(), filters or {}, order), asked)
    found = parse_query(text)
    rows = filter_rows(Client.objects.filter(found.walked), filters or {}, order)
    if found.some is None:
        return Listing(rows, asked)
    find = found.some

    def some() -> tuple[Any, bool]:
        test, more = find()
        return filter_rows(Client.objects.filter(test), filters or {}), more

    return Listing(rows, asked, some)


def default_order() -> str:
    """The largest first; by code for readers who may not see assets, because an order would tell them."""
    return "-assets" if current_actor().clearance >= PERSONAL else "code"


@query("clients.list", needs=Permission.CLIENT_READ, zh="客户列表", en="Clients", parameters=(TEXT, FILTERS, ORDER))
def clients(*, text: str | None = None, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Clients in scope. `filters` as in gates.narrow; `order` such as "-assets"; searched by `text`."""
    rows = Client.objects.all()
    if text and text.strip():
        rows = rows.filter(matching(text))
    return filter_rows(rows, filters or {}, order or default_order())


@query("clients.one", needs=Permission.CLIENT_READ, zh="客户资料", en="One client", parameters=CLIENT)
def detail(*, client: Client) -> Client:
    return client


def get_client(pk: int) -> Client:
    """A client by number within scope; for one merged away whoever remains. Raises NotFound, whoever else may have it."""
    row = Client.objects.filter(pk=pk).first() or Client.objects.filter(former__number=pk).first()
    if row is None:
        raise NotFound(bilingual("客户", "client"))
    return row


def get_client_by_id(numbers: Iterable[int]) -> dict[int, Client]:
    """{number: client} of those of some clients whom the actor sees."""
    made: dict[int, Client] = {}
    for part in chunks(set(numbers)):
        made.update({row.pk: row for row in Client.objects.filter(pk__among=part)})
    return made


def merge_survivors(numbers: list[int] | None = None) -> list[int]:
    """The clients in sight into whom others were merged: those of some numbers, or all."""
    rows = MergedClient.objects.all() if numbers is None else MergedClient.objects.filter(client_id__among=numbers)
    return sorted(set(rows.values_list("client_id", flat=True)))


@query("clients.contacts", needs=Permission.CLIENT_READ, zh="联系方式", en="Contacts", parameters=CLIENT)
def contacts(*, client: Client) -> Any:
    return Contact.objects.filter(client=client).order_by("-primary", "kind", "pk")


@query("clients.needs", needs=Permission.CLIENT_READ, zh="需求与偏好", en="Needs and preferences", parameters=CLIENT)
def needs(*, client: Client) -> Any:
    return Needs.objects.filter(client=client)


@query("clients.consents", needs=Permission.CLIENT_READ, zh="同意与拒绝", en="Consents", parameters=CLIENT)
def consents(*, client: Client) -> Any:
    return Consent.objects.filter(client=client).order_by("-stated_on", "-pk")


@query("clients.key_dates", needs=Permission.CLIENT_READ, zh="重要日期", en="Key dates", parameters=CLIENT)
def key_dates(*, client: Client) -> Any:
    return KeyDate.objects.filter(client=client).order_by("on")


@query("clients.coverage", needs=Permission.CLIENT_READ, zh="服务团队", en="Who serves", parameters=CLIENT)
def coverage(*, client: Client) -> Any:
    return Coverage.objects.filter(client=client).order_by("until", "-role", "since")


@query("clients.history", needs=Permission.CLIENT_READ, zh="历史资料", en="Earlier data", parameters=CLIENT)
def history(*, client: Client) -> Any:
    return History.objects.filter(client=client).order_by("-as_of_on")


@query("clients.tags", needs=Permission.CLIENT_READ, zh="客户标签", en="Tags of a client", parameters=CLIENT)
def tags(*, client: Client) -> Any:
    return Tag.objects.filter(pk__in=ClientTag.objects.filter(client=client).values("tag_id")).order_by("name")


@query("clients.segments", needs=Permission.CLIENT_READ, zh="客户类别分布", en="Clients by segment")
def segments() -> list[dict[str, Any]]:
    """How many clients in scope each segment has."""
    from django.db.models import Count

    counted = Client.objects.values("segment").annotate(count=Count("pk")).order_by("-count")
    return [{"segment": row["segment"], "count": row["count"]} for row in counted]


COUNTED = ("segment", "risk_level", "risk_valid_to", "assets", "occupation", "branch")


@query("clients.completeness", needs=Permission.CLIENT_READ, zh="资料完整度", en="Completeness of data")
def completeness() -> dict[str, Any]:
    """How complete the book is: {"clients", "share" (0 to 1, None for an empty book), "missing": [{"field", "label",
    "count"}] most often missing first}. Counts six fields that service and suitability lean on."""
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


@query("clients.blockers", needs=Permission.CLIENT_READ, zh="业务障碍", en="What stands in the way", parameters=CLIENT)
def blockers(*, client: Client) -> list[dict[str, str]]:
    refused = (
        Consent.objects.filter(client=client, purpose="marketing")
        .order_by("-stated_on", "-pk")
        .values_list("state", flat=True)
        .first()
    )
    found_ones = rules.blockers(
        risk_level=str(client.risk_level),
        valid_to=client.risk_valid_to,
        status=str(client.status),
        refused=refused in ("refused", "withdrawn"),
        today=clock.today(),
    )
    return [{"zh": zh, "en": en, "text": str(bilingual(zh, en))} for zh, en in found_ones]


@query(
    "clients.dates_ahead",
    needs=Permission.CLIENT_READ,
    zh="近期重要日期",
    en="Dates ahead",
    parameters=(Parameter("days", required=False, kind="integer", spec=FieldSpec("天数", "Days")),),
)
def upcoming_dates(*, days: int | None = None) -> list[dict[str, Any]]:
    """Birthdays, key dates and expiring risk tests in the coming days (14 unless given, at most 366), soonest first."""
    from datetime import timedelta

    from dakehu.domains.clients import anniversaries

    today, span = clock.today(), max(1, min(days or 14, 366))
    until = today + timedelta(days=span)
    made = []
    cleared = current_actor().clearance >= PERSONAL  # a birthday tells who somebody is
    for row in KeyDate.objects.select_related("client") if cleared else ():
        on = anniversaries.next_occurrence(row.on, row.yearly, today)
        if on and on <= until:
            made.append(
                {
                    "client": row.client,
                    "on": on,
                    "what": row.label or str(type(row).kind.field.choice_set.text_of(row.kind)),
                }
            )
    window = anniversaries.month_days(today, span)
    test = Q(pk__in=[])
    for month, day in window:
        test |= Q(birth_on__month=month, birth_on__day=day)
    for client in Client.objects.filter(test)[:200] if cleared else ():
        on = anniversaries.next_occurrence(client.birth_on, True, today)
        made.append({"client": client, "on": on, "what": str(bilingual("生日", "Birthday"))})
    for client in Client.objects.filter(risk_valid_to__range=(today, until))[:200]:
        made.append(
            {"client": client, "on": client.risk_valid_to, "what": str(bilingual("风险测评到期", "Risk test expires"))}
        )
    from dakehu.foundation.gates.output import name_of

    clearance = current_actor().clearance
    return [
        {
            "client": {"id": m["client"].pk, "name": name_of(m["client"], clearance)},
            "on": m["on"].isoformat(),
            "what": m["what"],
        }
        for m in sorted(made, key=lambda m: m["on"])
    ]
