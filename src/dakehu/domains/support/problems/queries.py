"""Queries of known problems."""

from typing import Any

from django.db.models import Count

from dakehu.domains.support.models import KnownProblem, ProblemSubscription
from dakehu.domains.support.parameters import FILTERS, KNOWN_PROBLEM, ORDER, SEARCH
from dakehu.domains.support.problems.actions import get_problem
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.search import text as search
from dakehu.foundation.search.lookup import SearchText


@query(
    "support.problems",
    needs=Permission.SUPPORT_ASK,
    zh="已知问题",
    en="Known problems",
    parameters=(SEARCH, FILTERS, ORDER),
)
def problems(*, text: str | None = None, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the known problems, those not fixed first, then the newest. `text` searches."""
    rows = filter_rows(KnownProblem.objects.all(), filters or {}, order or "")
    wanted = search.fragment(text) if text and text.strip() else None
    if wanted is not None:
        rows = rows.filter(words__finds=SearchText(wanted, each=True))
    return rows if order else rows.order_by("-state", "-pk")


@query(
    "support.problem",
    needs=Permission.SUPPORT_ASK,
    zh="一个已知问题",
    en="A known problem",
    parameters=(KNOWN_PROBLEM,),
)
def problem_row(*, known_problem: int) -> KnownProblem:
    """Return a known problem. Raises NotFound."""
    return get_problem(known_problem)


@query(
    "support.problem_list",
    needs=Permission.SUPPORT_ASK,
    zh="已知问题列表",
    en="List of known problems",
    parameters=(SEARCH,),
)
def problem_list(*, text: str | None = None) -> list[dict[str, Any]]:
    """Return the known problems of the list page: [{shown values, id, state_code, is_subscribed, subscribers}]."""
    rows = list(problems(text=text).annotate(subscribers=Count("subscriptions")))
    mine = _subscribed_problems()
    return [
        {
            **shown,
            "id": row.pk,
            "state_code": str(row.state),
            "is_subscribed": row.pk in mine,
            "subscribers": row.subscribers,
        }
        for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)
    ]


@query(
    "support.problem_page",
    needs=Permission.SUPPORT_ASK,
    zh="已知问题页面",
    en="Page of a known problem",
    parameters=(KNOWN_PROBLEM,),
)
def problem_page(*, known_problem: int) -> dict[str, Any]:
    """Return {shown values, id, state_code, is_subscribed, subscribers} of a known problem. Raises NotFound."""
    row = get_problem(known_problem)
    return {
        **render_row(row, shown=True),
        "id": row.pk,
        "state_code": str(row.state),
        "is_subscribed": row.pk in _subscribed_problems(),
        "subscribers": ProblemSubscription.objects.filter(problem=row).count(),
    }


def _subscribed_problems() -> set[int]:
    rows = ProblemSubscription.objects.filter(user_id=current_actor().user_id)
    return set(rows.values_list("problem_id", flat=True))
