"""Queries of privacy: requests, terms, and the planned erasures."""

from typing import Any

from dakehu.domains.clients import restriction
from dakehu.domains.compliance.privacy import retention, rules, terms
from dakehu.domains.compliance.privacy.choices import RequestState
from dakehu.domains.compliance.privacy.models import PrivacyRequest
from dakehu.domains.compliance.rule_sets.registry import Certainty
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.notices import NoticeSource, declare, notice
from dakehu.foundation.schema.parameters import Parameter, parameters_of

NOTICES = "compliance.privacy_notices"
SOON = 5  # days before the deadline from which a notice is urgent: calendar days, so never too late
SHOWN = 500  # clients of the preview
IS_OPEN = Parameter("is_open", required=False, kind="bool", spec=FieldSpec("只看待答复", "Only open ones"))
CLIENT = parameters_of("compliance.PrivacyRequest", "client")


@query(
    "compliance.privacy_requests",
    needs=Permission.PRIVACY_OPEN,
    zh="个人信息请求",
    en="Privacy requests",
    parameters=(IS_OPEN,),
)
def privacy_requests(*, is_open: bool | None = None) -> Any:
    """Return the visible requests by deadline, open ones first."""
    rows = PrivacyRequest.objects.order_by("-state", "due_on", "pk")
    return rows.filter(state=RequestState.OPEN.value) if is_open else rows


@query(
    "compliance.privacy_requests_of_client",
    needs=Permission.PRIVACY_OPEN,
    zh="客户的个人信息请求",
    en="Privacy requests of a client",
    parameters=CLIENT,
)
def privacy_requests_of_client(*, client: Any) -> Any:
    """Return the requests of one client, newest first."""
    return PrivacyRequest.objects.filter(client=client).order_by("-received_on", "-pk")


@query(
    "compliance.privacy_terms", needs=Permission.PRIVACY_WRITE, zh="保存与答复期限", en="Terms of retention and answers"
)
def privacy_terms() -> list[dict[str, Any]]:
    """Return the terms in force, the deadline first: [{code, applies_to, amount, unit, certainty, certainty_text, source, is_usual}].

    `is_usual`: the retention that the Securities Law requires for all business records.
    """
    return [
        {
            "code": term.code,
            "applies_to": str(terms.label_of(term.code)),
            "amount": term.amount,
            "unit": str(
                bilingual("个工作日", "working days") if term.code == rules.DEADLINE else bilingual("年", "years")
            ),
            "certainty": term.certainty,
            "certainty_text": Certainty.text_of(term.certainty),
            "source": term.source_en if language() == "en" else term.source_zh,
            "is_usual": terms.is_usual(term),
        }
        for term in terms.terms(clock.today()).values()
    ]


@query("compliance.erasure_preview", needs=Permission.PRIVACY_WRITE, zh="到期删除预览", en="What is erased when")
def erasure_preview() -> list[dict[str, Any]]:
    """Return the clients to be erased, with the day and why not earlier, the next first, at most 500.

    [{client: as shown, restricted, until, is_due, because, last_on, years, certainty_text, source}]. Clients whose account
    is closed and who are not restricted (`restricted` false) wait for compliance to confirm.
    """
    rows = [*restriction.restricted_clients(), *restriction.closed_clients()]
    kept = retention.kept_until([row.pk for row in rows])
    ordered = sorted((row for row in rows if row.pk in kept), key=lambda row: (kept[row.pk].until, row.pk))[:SHOWN]
    known, today = terms.terms(clock.today()), clock.today()
    found = []
    for row, shown in zip(ordered, render_rows(ordered, ("code", "name", "status"), shown=True), strict=True):
        one = kept[row.pk]
        term = known.get(one.code)
        found.append(
            {
                "client": {"id": row.pk, **shown},
                "restricted": row.restricted,
                "until": one.until.isoformat(),
                "is_due": one.until <= today,
                "because": str(terms.label_of(one.code)),
                "last_on": one.last_on.isoformat(),
                "years": one.years,
                "certainty_text": Certainty.text_of(term.certainty) if term else "",
                "source": (term.source_en if language() == "en" else term.source_zh) if term else "",
            }
        )
    return found


@query(NOTICES, needs=Permission.PRIVACY_WRITE, zh="个人信息请求提醒", en="Notices of privacy requests")
def privacy_notices() -> list[dict[str, Any]]:
    """Return one notice for each open request, at most twenty, by due date."""
    rows = PrivacyRequest.objects.filter(state=RequestState.OPEN.value).order_by("due_on", "pk")[:20]
    today = clock.today()
    return [
        notice(
            f"{NOTICES}:{row.pk}",
            bilingual(
                "个人信息请求须在 {day} 前答复",
                "A privacy request is to be answered by {day}",
                day=row.due_on.isoformat(),
            ),
            at=row.received_on.isoformat(),
            url="/compliance/privacy/",
            tone="bad" if (row.due_on - today).days <= SOON else "warn",
            outside=bilingual("个人信息请求待答复", "A privacy request waits for its answer"),
        )
        for row in rows
    ]


declare(NoticeSource(NOTICES, bilingual("个人信息请求", "Privacy requests"), "shield", order=31))
