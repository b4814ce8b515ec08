"""Outcome measures of trials: declared once, read for each client from stored records, never entered manually.

A reader returns {client: value} for the first to the last day, both included: 1 or 0 for shares, yuan for amounts. A client
without a value is left out, which only `is_partial` measures do; the others return a value for every client.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dakehu.domains.appraisal.measures.clients import EFFECTIVE
from dakehu.domains.care.surveys.choices import INDEPENDENT, QuestionKind
from dakehu.domains.growth.campaigns.measures import outcomes_of
from dakehu.domains.innovation.choices import TrialMeasureName
from dakehu.domains.innovation.trials.rules import AMOUNT, SHARE
from dakehu.domains.ledger.feeds import reader
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import model_of

SATISFIED = 4  # of 5 (domain.md 9)
POINTS = bilingual("百分点", "points")
YUAN = bilingual("元", "yuan")
Read = Callable[[Collection[int], date, date], Mapping[int, float]]


@dataclass(frozen=True)
class TrialMeasure:
    """A measure: its definition, kind (share or amount) and unit, and whether less is better.

    `is_partial`: some clients have no value, so that those with a value may differ from those drawn.
    """

    name: str
    definition: Bilingual
    kind: str
    read: Read
    unit: Bilingual = POINTS
    lower_is_better: bool = False
    is_partial: bool = False

    @property
    def label(self) -> str:
        return TrialMeasureName.text_of(self.name)


_declared: dict[str, TrialMeasure] = {}


def declare(*measures: TrialMeasure) -> None:
    """Register measures. Raises ValueError for a name declared twice."""
    for one in measures:
        if _declared.get(one.name, one) != one:
            raise ValueError(f"measure {one.name} of trials is declared twice")
        _declared[one.name] = one


def find_measure(name: str) -> TrialMeasure | None:
    """Return a measure by its name, None if there is none."""
    return _declared.get(name)


def measures() -> Iterator[TrialMeasure]:
    """Every declared measure."""
    return iter(_declared.values())


def _one_per_client(clients: Collection[int], having: Iterable[int | None]) -> dict[int, float]:
    """Return 1 for every client in a set, 0 for the others."""
    found = set(having)
    return {client: float(client in found) for client in clients}


def _ids(model: str, clients: Collection[int], **conditions: Any) -> set[int]:
    found: set[int] = set()
    for numbers in chunks(set(clients)):
        rows = model_of(model).objects.filter(client_id__among=numbers, **conditions)
        found |= set(rows.values_list("client_id", flat=True))
    return found


def _measure_contacted(clients: Collection[int], first: date, last: date) -> Mapping[int, float]:
    held = {"held_at__gte": clock.start_of_day(first), "held_at__lt": clock.start_of_day(last + timedelta(days=1))}
    return _one_per_client(clients, _ids("service.Interaction", clients, channel__in=EFFECTIVE, **held))


def _measure_answered(clients: Collection[int], first: date, last: date) -> Mapping[int, float]:
    return _one_per_client(clients, outcomes_of(clients, first, last, False)["answered"])


def _measure_met(clients: Collection[int], first: date, last: date) -> Mapping[int, float]:
    return _one_per_client(clients, outcomes_of(clients, first, last, False)["met"])


def _measure_requested(clients: Collection[int], first: date, last: date) -> Mapping[int, float]:
    return _one_per_client(clients, _ids("service.Request", clients, opened_on__gte=first, opened_on__lte=last))


def _test_valid(clients: Collection[int], first: date, last: date) -> Mapping[int, float]:
    found: set[int] = set()
    for numbers in chunks(set(clients)):
        rows = model_of("clients.Client").objects.filter(
            pk__among=numbers, risk_valid_to__gte=last, risk_tested_on__lte=last
        )
        found |= set(rows.values_list("pk", flat=True))
    return _one_per_client(clients, found)


def _measure_satisfaction(clients: Collection[int], first: date, last: date) -> Mapping[int, float]:
    """The last answer of each client in a named survey; confidential and anonymous ones are excluded."""
    found: dict[int, float] = {}
    for numbers in chunks(set(clients)):
        rows = model_of("care.SurveyAnswer").objects.filter(
            client_id__among=numbers,
            batch__origin__in=INDEPENDENT,
            is_attended=False,
            day__gte=first,
            day__lte=last,
        )
        for answer in rows.select_related("batch__version").order_by("day", "pk"):
            questions = answer.batch.version.questions
            code = next((one["code"] for one in questions if one["kind"] == QuestionKind.CSAT), "")
            if code in answer.choices:
                found[answer.client_id] = float(int(answer.choices[code]) >= SATISFIED)
    return found


def _net_inflow(clients: Collection[int], first: date, last: date) -> Mapping[int, float]:
    days = reader.days_of("balances", first, last)
    if not days:
        return {}
    sums = reader.sums("balances", days, ("deposits", "withdrawals")).select("client", "deposits", "withdrawals")
    flows = {client: (inward or 0.0) - (outward or 0.0) for client, inward, outward in sums.iter_rows()}
    return {client: flows.get(client, 0.0) for client in clients}


declare(
    TrialMeasure(
        TrialMeasureName.CONTACTED.value,
        bilingual(
            "期间有电话、微信、邮件、面谈、活动或视频联系的客户 ÷ 全部抽中的客户；单发短信不计。",
            "Clients with a call, chat, mail, meeting, event or video ÷ all clients drawn; a message alone does not count.",
        ),
        SHARE,
        _measure_contacted,
    ),
    TrialMeasure(
        TrialMeasureName.ANSWERED.value,
        bilingual(
            "期间有电话、微信、邮件、短信往来或来信的客户 ÷ 全部抽中的客户（与营销活动“有回应”同一口径）。",
            "Clients who spoke or wrote with us ÷ all clients drawn (as “answered” of campaigns).",
        ),
        SHARE,
        _measure_answered,
    ),
    TrialMeasure(
        TrialMeasureName.MET.value,
        bilingual(
            "期间有面谈、活动或视频会面的客户 ÷ 全部抽中的客户。",
            "Clients with a meeting, event or video ÷ all clients drawn.",
        ),
        SHARE,
        _measure_met,
    ),
    TrialMeasure(
        TrialMeasureName.TEST_VALID.value,
        bilingual(
            "期末风险测评仍有效的客户 ÷ 全部抽中的客户。只看是否按期测评，不看测评结果。",
            "Clients whose risk test is valid on the last day ÷ all clients drawn. Whether it was taken, never how it came out.",
        ),
        SHARE,
        _test_valid,
    ),
    TrialMeasure(
        TrialMeasureName.REQUESTED.value,
        bilingual(
            "期间提过诉求的客户 ÷ 全部抽中的客户；越低越好。",
            "Clients with a request ÷ all clients drawn; less is better.",
        ),
        SHARE,
        _measure_requested,
        lower_is_better=True,
    ),
    TrialMeasure(
        TrialMeasureName.SATISFIED.value,
        bilingual(
            "期间记名问卷中最近一次评 4–5 分的客户 ÷ 作答的客户（独立抽样，员工不在场）。只看作答者，与全部抽中的客户可能不同。",
            "Clients whose last named answer was 4 or 5 ÷ those who answered (independent samples, no staff present). Who answers may "
            "differ from who was drawn.",
        ),
        SHARE,
        _measure_satisfaction,
        is_partial=True,
    ),
    TrialMeasure(
        TrialMeasureName.NET_INFLOW.value,
        bilingual(
            "期间转入减转出的户均金额；两组合并后最高与最低各 1% 以外的值按该界限计，免得一位大客户决定结果。",
            "Deposits less withdrawals per client; values beyond the first and last hundredth of both groups together count as "
            "these, so that no single client decides.",
        ),
        AMOUNT,
        _net_inflow,
        unit=YUAN,
    ),
)
