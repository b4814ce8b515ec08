"""The client page: identity, contacts, next steps; the article's five parts as tabs."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.clients import queries as clients
from dakehu.domains.clients import recent
from dakehu.domains.ledger import queries as ledger
from dakehu.domains.service import queries as service
from dakehu.foundation.access import client_tables
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.database import lock_timeout
from dakehu.foundation.gates import columns_of, observe_reading, render_rows
from dakehu.foundation.schema.fields import described_fields, model_of
from dakehu.interfaces.web.views.client import resource_tabs
from dakehu.interfaces.web.views.client.attachments import tab_files  # noqa: F401  (found by its name, as the tabs below)
from dakehu.interfaces.web.views.client.audit import tab_audit  # noqa: F401  (likewise)
from dakehu.interfaces.web.views.client.basic import tab_basic  # noqa: F401  (likewise)
from dakehu.interfaces.web.views.client.cards import cards_of
from dakehu.interfaces.web.views.client.composer import composer, prepare_composer
from dakehu.interfaces.web.views.client.groups import tab_relations  # noqa: F401  (likewise)
from dakehu.interfaces.web.views.client.head import head_of
from dakehu.interfaces.web.views.client.performance import tab_money  # noqa: F401  (likewise)
from dakehu.interfaces.web.views.client.risk import tab_risk  # noqa: F401  (likewise)
from dakehu.interfaces.web.views.client.timeline import kinds, moments_of
from dakehu.interfaces.web.views.client.value_text import spec_of, table_of, value_text

TABS = (
    ("overview", bilingual("概览", "Overview"), ""),
    ("basic", bilingual("基本信息", "Basics"), ""),
    ("money", bilingual("账户资产与交易", "Assets and trades"), Permission.LEDGER_READ),
    ("investments", bilingual("投资登记", "Recorded investments"), Permission.LEDGER_READ),
    ("risk", bilingual("风险", "Risk"), Permission.RISK_READ),
    ("service", bilingual("服务记录", "Service"), Permission.SERVICE_READ),
    ("needs", bilingual("需求与偏好", "Needs and preferences"), ""),
    ("plans", bilingual("跟进计划", "Plans"), Permission.SERVICE_READ),
    ("files", bilingual("文件", "Files"), Permission.SERVICE_READ),
    ("relations", bilingual("关系与家庭", "Relations"), ""),
    ("history", bilingual("历史版本", "Earlier data"), ""),
    ("audit", bilingual("操作日志", "Audit"), Permission.AUDIT_READ),
)
IDENTITY = ("kind", "gender", "age", "occupation", "segment", "investor_class", "branch", "opened_on", "source")


@require_safe
def client_page(request: HttpRequest, client_id: int) -> HttpResponse:
    client = clients.get_client(client_id)
    record_reading(client)
    with client_tables.reading_client(client):
        return _page(request, client)


def _page(request: HttpRequest, client: Any) -> HttpResponse:
    actor = current_actor()
    tabs = resource_tabs.with_tabs([(key, words) for key, words, needs in TABS if actor.may(needs)])
    chosen = request.GET.get("tab", "overview")
    chosen = chosen if chosen in dict(tabs) else "overview"
    page = {**head_of(client), "tabs": tabs, "tab": chosen, "template": f"client/{chosen}.html"}
    own = globals().get(f"tab_{chosen}")
    page |= own(request, client) if own else resource_tabs.tab_rows(chosen, client)
    return render(request, "client/page.html", page)


def record_reading(client: Any) -> None:
    """Record that the actor opened a client, for the palette and in the read log, in one transaction."""
    try:
        with lock_timeout.no_wait():
            recent.record_view(client)
            observe_reading(client)
    except lock_timeout.Busy:
        observe_reading(client)  # it is reported in the system log instead


@require_safe
def peek(request: HttpRequest, client_id: int) -> HttpResponse:
    """The client next to the list: a fragment for the drawer."""
    client = clients.get_client(client_id)
    record_reading(client)
    with client_tables.reading_client(client):
        return _peek(request, client)


def _peek(request: HttpRequest, client: Any) -> HttpResponse:
    page = {
        **head_of(client),
        "identity": spec_of(client, IDENTITY),
    }
    actor = current_actor()
    if actor.may(Permission.SERVICE_READ):
        page |= {"moments": moments_of(client, "", 6), "plans": open_work(client)["plans"][:2]}
    if actor.may(Permission.INTERACTION_LOG):
        page |= prepare_composer(client)
    return render(request, "client/peek.html", page)


def tab_overview(request: HttpRequest, client: Any) -> dict[str, Any]:
    actor = current_actor()
    needs = clients.needs(client=client).first()
    page: dict[str, Any] = {
        "identity": spec_of(client, IDENTITY),
        "wishes": spec_of(needs, tuple(n for n, _, _ in described_fields(type(needs)) if n != "client"))
        if needs
        else [],
        "key_dates": render_rows(clients.key_dates(client=client), shown=True),
        "consents": render_rows(clients.consents(client=client), shown=True)[:6],
        "cards": cards_of(client),
    }
    if actor.may(Permission.SERVICE_READ):
        kind = request.GET.get("show", "")
        page |= open_work(client)
        page |= {"kinds": kinds(), "kind": kind, "moments": moments_of(client, kind, 60)}
    if actor.may(Permission.INTERACTION_LOG):
        page |= composer(client, {}, None)
    return page


def open_work(client: Any) -> dict[str, Any]:
    """Return plans, requests and promises that are not yet done, with the remaining days."""
    today = clock.today()

    def with_days(rows: Any, due: str) -> list[dict[str, Any]]:
        made = render_rows(rows, shown=True)
        for row in made:
            row["days"] = (date.fromisoformat(row[due]) - today).days if row[due] else None
        return made

    return {
        "plans": with_days(service.client_follow_ups(client=client).filter(state="planned"), "due_on"),
        "requests": with_days(service.client_requests(client=client).exclude(state="closed"), "due_on"),
        "promises": with_days(
            service.client_interactions(client=client).filter(promise_kept_on=None).exclude(promise=""),
            "promise_due_on",
        ),
    }


def tab_investments(request: HttpRequest, client: Any) -> dict[str, Any]:
    total = ledger.summary(client=client)
    rows = ledger.investments(client=client)
    line = {
        "x": [m["month"] for m in total["months"]],
        "series": [
            {
                "name": str(bilingual("累计登记投资金额", "Recorded so far")),
                "area": True,
                "unit": "money" if total["invested"] is not None else "share",
                "values": [float(m["invested"]) for m in total["months"]],
            }
        ],
    }
    unit = "money" if total["invested"] is not None else "share"
    donut = {
        "unit": unit,
        "slices": [{"name": k["name"], "value": float(k["amount"] or k["share"])} for k in total["kinds"]],
    }
    return {"total": total, "line": line, "donut": donut, **table_of(rows, leave_out=("client",))}


def tab_service(request: HttpRequest, client: Any) -> dict[str, Any]:
    return {
        **table_of(service.client_interactions(client=client), leave_out=("client",)),
        "requests": table_of(service.client_requests(client=client), leave_out=("client",)),
    }


def tab_needs(request: HttpRequest, client: Any) -> dict[str, Any]:
    needs = clients.needs(client=client).first()
    names = tuple(n for n, _, _ in described_fields(model_of("clients.Needs")) if n != "client")
    return {
        "wishes": spec_of(needs, names, empty=True) if needs else [],
        "key_dates": render_rows(clients.key_dates(client=client), shown=True),
        "consents": render_rows(clients.consents(client=client), shown=True),
    }


def tab_plans(request: HttpRequest, client: Any) -> dict[str, Any]:
    return table_of(service.client_follow_ups(client=client), leave_out=("client",))


def tab_history(request: HttpRequest, client: Any) -> dict[str, Any]:
    labels = {column.name: column for column in columns_of(type(client))}
    made = []
    for row in render_rows(clients.history(client=client), shown=False):
        known = row["known"]
        facts = (
            [(labels[k].label if k in labels else k, value_text(labels.get(k), v)) for k, v in known.items()]
            if isinstance(known, dict)
            else []
        )
        made.append({"as_of_on": row["as_of_on"], "facts": facts, "masked": "" if isinstance(known, dict) else known})
    return {"earlier": made}
