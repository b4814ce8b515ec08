"""Queries: which classes stated figures allow, waiting applications, applications of a client."""

from typing import Any

from dakehu.domains.advice.choices import ApplicationState, Standing
from dakehu.domains.advice.classes import rules
from dakehu.domains.advice.classes.actions import SUBJECT, facts_of
from dakehu.domains.advice.models import ClassApplication
from dakehu.domains.advice.parameters import CLIENT, FILTERS, ORDER
from dakehu.domains.clients.choices import InvestorClass, Kind
from dakehu.domains.compliance.approvals.requests import waiting_requests
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter


def _stated_parameter(name: str, zh: str, en: str, kind: str) -> Parameter:
    return Parameter(name, required=False, kind=kind, spec=FieldSpec(zh, en))


FACTS = (
    Parameter("kind", required=False, choice_set=Kind, spec=FieldSpec("客户类型", "Client kind")),
    Parameter("standing", required=False, choice_set=Standing, spec=FieldSpec("机构性质", "Standing")),
    _stated_parameter("financial_assets", "金融资产", "Financial assets", "decimal"),
    _stated_parameter("net_assets", "净资产", "Net assets", "decimal"),
    _stated_parameter("average_income", "近三年年均收入", "Income, average of three years", "decimal"),
    _stated_parameter("experience_years", "投资经历（年）", "Years of investing", "decimal"),
    _stated_parameter("work_years", "相关工作经历（年）", "Years of work in finance", "decimal"),
    _stated_parameter("is_officer", "金融机构高级管理人员", "Officer of a licensed institution", "bool"),
    _stated_parameter("is_certified", "从事金融业务的注册会计师或律师", "Accountant or lawyer in finance", "bool"),
)


@query(
    "advice.possible_classes",
    needs=Permission.SUITABILITY_CHECK,
    zh="可申请的投资者类别",
    en="Possible investor classes",
    parameters=FACTS,
)
def possible_classes(*, kind: str | None = None, **stated: Any) -> dict[str, Any]:
    """Return which classes stated figures allow (kind: person by default): {possible, classes: [{class, is_possible, conditions:
    [{code, zh, en, is_met}]}], source, certainty}. What is not stated counts as not met."""
    facts = rules.Facts(kind=kind or "person", **{name: value for name, value in stated.items() if value is not None})
    return {
        "possible": list(rules.possible_classes(facts)),
        "classes": [
            {
                "class": wanted,
                "is_possible": rules.is_possible(wanted, facts),
                "conditions": [vars(one) for one in rules.conditions(wanted, facts)],
            }
            for wanted in ("A", "B", "C")
        ],
        "source": rules.SOURCE,
        "certainty": rules.CERTAINTY,
    }


@query(
    "advice.class_applications",
    needs=Permission.SUITABILITY_READ,
    zh="投资者分类申请",
    en="Class applications",
    parameters=(FILTERS, ORDER),
)
def class_applications(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible applications, the latest first."""
    return filter_rows(ClassApplication.objects.all(), filters or {}, order or "-id")


@query(
    "advice.client_class_applications",
    needs=Permission.SUITABILITY_READ,
    zh="客户的分类申请",
    en="Class applications of a client",
    parameters=(CLIENT,),
)
def client_class_applications(*, client: Any) -> Any:
    """Return the applications of a client, the latest first."""
    return ClassApplication.objects.filter(client=client).order_by("-id")


@query(
    "advice.waiting_classes", needs=Permission.CLASS_DECIDE, zh="待审核的分类申请", en="Class applications to decide"
)
def waiting_classes() -> list[dict[str, Any]]:
    """Return the waiting applications, oldest first: [{id, approval, client, client_id, wanted, class_before, evidence,
    evidence_until, applied_on, applied_by, is_own, conditions}]; `approval`: the request to decide on, None until it exists."""
    waiting = ClassApplication.objects.filter(state=ApplicationState.WAITING.value).order_by("pk")
    rows = list(waiting.select_related("client", "applied_by")[:100])
    requests = waiting_requests(SUBJECT, [row.pk for row in rows])
    clearance, me = current_actor().clearance, current_actor().user_id
    return [
        {
            "id": row.pk,
            "approval": requests.get(row.pk),
            "client": name_of(row.client, clearance),
            "client_id": row.client_id,
            "wanted": InvestorClass.text_of(str(row.wanted)),
            "class_before": InvestorClass.text_of(str(row.class_before or "ordinary")),
            "evidence": row.evidence,
            "evidence_until": row.evidence_until.isoformat() if row.evidence_until else "",
            "applied_on": row.applied_on.isoformat(),
            "applied_by": row.applied_by.name if row.applied_by else "",
            "is_own": row.applied_by_id == me,
            "conditions": [str(bilingual(one.zh, one.en)) for one in rules.conditions(str(row.wanted), facts_of(row))],
        }
        for row in rows
    ]
