"""The freeze of a period: read every measure of all people, store values and first scores. Call inside an action, elevated."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any

from dakehu.domains.appraisal.choices import ScoreCause
from dakehu.domains.appraisal.guards import rules as guards
from dakehu.domains.appraisal.guards.holdings import holdings
from dakehu.domains.appraisal.measures.registry import Measure, Span, find_measure
from dakehu.domains.appraisal.measures.rules import EXACT, SHARE, Row
from dakehu.domains.appraisal.models import Appraisal, BookReview, MeasureValue, Period, Score
from dakehu.domains.appraisal.schemes.store import Weighted, weighted_measures
from dakehu.domains.appraisal.scores.computation import compute, rows_to_json
from dakehu.domains.appraisal.scores.store import COMPLAINTS, conduct_of, score_row
from dakehu.domains.compliance.approvals import rules as approvals
from dakehu.domains.team import queries as team
from dakehu.foundation.base import clock
from dakehu.foundation.records.bulk import record_rows

Readings = Mapping[str, Mapping[int, Sequence[Row]]]


def freeze(period: Period) -> int:
    """Store the values and scores of all active staff; return their number."""
    people = team.active_people()
    span = Span(period.first_on, period.last_on, clock.today(), tuple(user.pk for user in people))
    by_role = weighted_measures(period.scheme)
    codes = sorted({one.measure for one in by_role[""]} | {COMPLAINTS})
    readings = read(codes, span)
    rates = {code: _branch_rates(readings[code], people) for code in codes if _is_shrunk(code)}
    appraisals = [Appraisal(period=period, user=user, role=user.role, team=user.team) for user in people]
    record_rows(Appraisal, appraisals, [], [])
    values: list[MeasureValue] = []
    scores: list[Score] = []
    for appraisal in appraisals:
        own = _values(appraisal, by_role, codes, readings, rates)
        values += own
        conduct = conduct_of(appraisal, {value.measure: value for value in own})
        found = compute(own, conduct, Decimal(0), period.scheme)
        scores.append(score_row(appraisal, found, conduct, ScoreCause.FROZEN, ""))
    record_rows(MeasureValue, values, [], [])
    record_rows(Score, scores, [], [])
    _store_flags(span, {appraisal.user_id: appraisal for appraisal in appraisals})
    period.digest = approvals.digest([score.digest for score in scores])
    return len(appraisals)


def read(codes: Sequence[str], span: Span) -> dict[str, Mapping[int, Sequence[Row]]]:
    """Return {measure: {person: rows}}; empty for a measure without a source."""
    found: dict[str, Mapping[int, Sequence[Row]]] = {}
    for code in codes:
        measure = find_measure(code)
        found[code] = measure.source(span) if measure is not None and measure.source is not None else {}
    return found


def _is_shrunk(code: str) -> bool:
    measure = find_measure(code)
    return measure is not None and measure.is_shrunk and measure.kind == SHARE


def _branch_rates(reading: Mapping[int, Sequence[Row]], people: Sequence[Any]) -> dict[int, Decimal | None]:
    """Return {person: share of the branch}, or of the firm if nothing was counted in the branch."""
    branch_of = {user.pk: user.team.branch_id if user.team else None for user in people}
    sums: dict[Any, list[Decimal]] = {}
    with localcontext(EXACT):
        for user, rows in sorted(reading.items()):
            for key in ("all", ("branch", branch_of.get(user))):
                both = sums.setdefault(key, [Decimal(0), Decimal(0)])
                for row in sorted(rows):
                    both[0] += row.value
                    both[1] += row.weight
        rates = {key: part / whole for key, (part, whole) in sums.items() if whole}
    return {user: rates.get(("branch", branch), rates.get("all")) for user, branch in branch_of.items()}


def _values(
    appraisal: Appraisal,
    by_role: dict[str, list[Weighted]],
    codes: Sequence[str],
    readings: Readings,
    rates: Mapping[str, Mapping[int, Decimal | None]],
) -> list[MeasureValue]:
    """Return the values of one person, not saved; including complaints even if the scheme leaves them out."""
    weighted = {one.measure: one for one in by_role.get(str(appraisal.role), by_role[""])}
    rows = []
    for code in codes:
        one, measure = weighted.get(code), find_measure(code)
        if measure is None:
            continue
        rows.append(_value(appraisal, measure, one, readings[code], rates.get(code, {}).get(appraisal.user_id)))
    return rows


def _value(
    appraisal: Appraisal,
    measure: Measure,
    one: Weighted | None,
    reading: Mapping[int, Sequence[Row]],
    rate: Decimal | None,
) -> MeasureValue:
    """Return one value of one person, not saved. Numbers are rounded as stored, so that hashes agree later."""
    micro = Decimal("0.000001")
    return MeasureValue(
        appraisal=appraisal,
        measure=measure.code,
        definition=measure.version,
        kind=measure.kind,
        part=one.part if one else "",
        weight=(one.weight if one else Decimal(0)).quantize(micro),
        min_n=one.min_n if one else measure.min_n,
        floor=(one.floor if one else measure.floor).quantize(micro),
        target=(one.target if one else measure.target).quantize(micro),
        branch_rate=None if rate is None else rate.quantize(micro),
        has_source=measure.source is not None,
        rows=rows_to_json(reading.get(appraisal.user_id, ())),
    )


def _store_flags(span: Span, appraisals: Mapping[int, Appraisal]) -> None:
    """Store the reviews of flagged books."""
    for flag in guards.flags(holdings(span)):
        if flag.user in appraisals:
            BookReview(
                appraisal=appraisals[flag.user], kind=flag.kind, tier=flag.tier, value=flag.value, limit=flag.limit
            ).save()
