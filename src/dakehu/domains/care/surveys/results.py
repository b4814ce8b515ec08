"""Results of a survey: response, each question with intervals, groups, weights; no figures for too few answers."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F

from dakehu.domains.care.models import Survey, SurveyAnswer, SurveyBatch, SurveyInvitation
from dakehu.domains.care.permissions import SURVEY_OFFICE, SURVEY_READ
from dakehu.domains.care.surveys import rules
from dakehu.domains.care.surveys.choices import INDEPENDENT, Anonymity, QuestionKind, SurveyState
from dakehu.domains.care.surveys.parameters import SURVEY
from dakehu.domains.care.surveys.store import get_survey, unaudited_rows
from dakehu.domains.growth.campaigns.rules import newcombe
from dakehu.domains.service.deliveries.kinds import SENT
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import model_of

CSAT, NPS = QuestionKind.CSAT.value, QuestionKind.NPS.value
Answers = list[dict[str, Any]]  # choices, stratum and day of each answer


def are_open(survey: Survey) -> bool:
    """Return whether the actor may see results now.

    For anonymous and confidential surveys, after the survey closes: the difference of two readings would reveal the
    answer given between them. The survey office reads confidential answers anyway.
    """
    if survey.anonymity == Anonymity.NAMED or survey.state == SurveyState.CLOSED:
        return True
    return bool(survey.anonymity == Anonymity.CONFIDENTIAL and current_actor().may(SURVEY_OFFICE))


@query("care.survey_results", needs=SURVEY_READ, zh="问卷结果", en="Results of a survey", parameters=(SURVEY,))
def survey_results(*, survey: int) -> dict[str, Any]:
    """Return {is_open, response, questions, groups, weighted, early_late, min_n}; figures None if too few answered.

    `response`: {invited, delivered, finished, rate: {share, low, high}}; `questions`: [{code, kind, text, n, share or
    recommendation, mean, counts: [{label, count, share}]}]; `groups`: [{name, n, satisfaction, recommendation}] with cells under
    5 joined; `weighted`: {satisfaction, effective_n}. Shares run from 0 to 1.
    """
    row = get_survey(survey)
    with elevated("add up the answers of a survey"):
        response = response_of(row)
        answers = answers_of(row)
        versions = {batch.version_id: batch.version for batch in batches_of(row)}
    found: dict[str, Any] = {"is_open": are_open(row), "response": response, "min_n": row.min_n}
    if not found["is_open"]:
        return found | {"questions": [], "groups": [], "weighted": None, "early_late": None}
    asked = questions_of(versions.values())
    first = next((one["code"] for one in asked if one["kind"] == CSAT), "")
    nps = next((one["code"] for one in asked if one["kind"] == NPS), "")
    return found | {
        "questions": [question_result(one, answers, row.min_n) for one in asked],
        "groups": groups_of(answers, first, nps, row.min_n),
        "weighted": weighted_of(row, answers, first),
        "early_late": early_late_of(row, answers, first),
    }


def batches_of(survey: Survey) -> list[SurveyBatch]:
    """Return the batches of a survey with their versions."""
    return list(SurveyBatch.objects.filter(survey=survey).select_related("version").order_by("pk"))


def answers_of(survey: Survey) -> Answers:
    """Return the choices of every answer with the group of its batch."""
    rows = unaudited_rows(SurveyAnswer).filter(batch__survey=survey).order_by("pk")
    return list(rows.values("choices", "day", "is_attended", stratum=F("batch__stratum")))


def response_of(survey: Survey) -> dict[str, Any]:
    """Return {invited, delivered, finished, rate}: the rate is of those delivered, or of those invited if unknown."""
    batches = batches_of(survey)
    invited = sum(batch.invited for batch in batches)
    refs = SurveyInvitation.objects.filter(batch__survey=survey).exclude(delivery_ref=None)
    sent = model_of("service.Delivery").objects.filter(pk__in=refs.values("delivery_ref"), state__in=SENT).count()
    by_hand = sum(batch.invited for batch in batches if batch.origin in ("event", "phone"))
    delivered = sent + by_hand
    finished = unaudited_rows(SurveyAnswer).filter(batch__survey=survey).count()
    return {
        "invited": invited,
        "delivered": delivered,
        "finished": finished,
        "rate": plain_share(rules.share_of(min(finished, delivered or invited), delivered or invited)),
    }


def plain_share(found: rules.Share) -> dict[str, Any]:
    """Return a share as plain values."""
    return {"n": found.n, "count": found.count, "share": found.share, "low": found.low, "high": found.high}


def plain_recommendation(found: rules.Recommendation) -> dict[str, Any]:
    """Return a net recommendation as plain values, from -1 to 1, and in points from -100 to 100."""
    low = high = None
    if found.value is not None and found.half is not None:
        low, high = max(-1.0, found.value - found.half), min(1.0, found.value + found.half)
    return {
        "n": found.n,
        "promoters": found.promoters,
        "detractors": found.detractors,
        "value": found.value,
        "low": low,
        "high": high,
        "points": None if found.value is None else round(found.value * 100),
        "points_low": None if low is None else round(low * 100),
        "points_high": None if high is None else round(high * 100),
    }


def questions_of(versions: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the questions of all versions, the latest text of each code; after a change of kind, only the last."""
    found: dict[str, dict[str, Any]] = {}
    for version in sorted(versions, key=lambda one: one.number):
        for one in version.questions:
            found[one["code"]] = one
    return list(found.values())


def question_result(one: dict[str, Any], answers: Answers, min_n: int) -> dict[str, Any]:
    """Return what may be shown of one question."""
    values = [answer["choices"][one["code"]] for answer in answers if one["code"] in answer["choices"]]
    n = len(values)
    found: dict[str, Any] = {
        "code": one["code"],
        "kind": one["kind"],
        "text": str(bilingual(one["zh"], one["en"])),
        "n": n,
        "satisfaction": plain_share(rules.satisfaction(values, min_n)) if one["kind"] == CSAT else None,
        "recommendation": plain_recommendation(rules.recommendation(values, min_n)) if one["kind"] == NPS else None,
        "mean": rules.mean_with_interval(values, min_n) if one["kind"] == CSAT else None,
        "counts": [],
        "lines": [],
    }
    if one["kind"] == QuestionKind.MATRIX:
        found["lines"] = [_line(row, values, min_n) for row in one["rows"]]
    elif one["kind"] != QuestionKind.TEXT and n >= rules.FEWEST_COUNTS:
        chosen = Counter(str(part) for value in values for part in (value if isinstance(value, list) else [value]))
        found["counts"] = [
            {"label": label, "count": chosen[code], **_interval(chosen[code], n, min_n)} for code, label in _labels(one)
        ]
    return found


def _labels(one: dict[str, Any]) -> list[tuple[str, str]]:
    if one["options"]:
        return [(option["code"], str(bilingual(option["zh"], option["en"]))) for option in one["options"]]
    return [(str(n), str(n)) for n in (range(11) if one["kind"] == NPS else range(1, 6))]


def _interval(count: int, n: int, min_n: int) -> dict[str, Any]:
    share = rules.share_of(count, n, min_n)
    return {"share": share.share, "low": share.low, "high": share.high}


def _line(row: dict[str, str], values: list[Any], min_n: int) -> dict[str, Any]:
    scores = [value[row["code"]] for value in values if row["code"] in value]
    return {"text": str(bilingual(row["zh"], row["en"])), **plain_share(rules.satisfaction(scores, min_n))}


def groups_of(answers: Answers, csat: str, nps: str, min_n: int) -> list[dict[str, Any]]:
    """Return satisfaction and recommendation by group; nothing if a table would reveal single answers."""
    by_name: dict[str, Answers] = defaultdict(list)
    for answer in answers:
        by_name[answer["stratum"]].append(answer)
    cells = rules.joined_cells([(name, len(by_name[name])) for name in sorted(by_name)])
    if len(cells) < 2:
        return []
    joined = {
        " + ".join(name or "—" for name in names): [one for name in names for one in by_name[name]] for names in cells
    }
    scores = {code: {name: _scores(some, code) for name, some in joined.items()} for code in (csat, nps) if code}
    shown = {
        code: rules.published_cells({name: len(found) for name, found in by_cell.items()})
        for code, by_cell in scores.items()
    }
    return [
        {
            "name": name,
            "n": len(some),
            "satisfaction": plain_share(rules.satisfaction(scores[csat][name], min_n))
            if csat and name in shown[csat]
            else None,
            "recommendation": plain_recommendation(rules.recommendation(scores[nps][name], min_n))
            if nps and name in shown[nps]
            else None,
        }
        for name, some in joined.items()
    ]


def _scores(answers: Answers, code: str) -> list[int]:
    return [answer["choices"][code] for answer in answers if code in answer["choices"]]


def weighted_of(survey: Survey, answers: Answers, csat: str) -> dict[str, Any] | None:
    """Return satisfaction weighted back to the book by group, with the effective n; None without groups."""
    in_book: dict[str, int] = defaultdict(int)
    for batch in batches_of(survey):
        in_book[batch.stratum] += batch.in_book
    answered = Counter(answer["stratum"] for answer in answers if csat in answer["choices"])
    weights = rules.weights(in_book, answered)
    if not csat or len(weights) < 2:
        return None
    hits = [
        (answer["choices"][csat] >= 4, weights[answer["stratum"]])
        for answer in answers
        if csat in answer["choices"] and answer["stratum"] in weights
    ]
    share, effective = rules.weighted_share(hits, survey.min_n)
    return {"satisfaction": plain_share(share), "effective_n": effective if share.share is not None else None}


def early_late_of(survey: Survey, answers: Answers, csat: str) -> dict[str, Any] | None:
    """Return satisfaction of the earlier and the later half with the interval of the difference; None without days.

    Late answers resemble those who do not answer: a difference indicates nonresponse bias.
    """
    days = sorted(
        (answer["day"], answer["choices"][csat]) for answer in answers if answer["day"] and csat in answer["choices"]
    )
    half = len(days) // 2
    least = max(survey.min_n, rules.FEWEST_SHARE)
    if survey.anonymity == Anonymity.ANONYMOUS or half < least:
        return None
    early, late = (sum(score >= 4 for _, score in part) for part in (days[:half], days[half:]))
    low, high = newcombe(late, len(days) - half, early, half)
    return {
        "early": plain_share(rules.share_of(early, half)),
        "late": plain_share(rules.share_of(late, len(days) - half)),
        "difference": late / (len(days) - half) - early / half,
        "low": low,
        "high": high,
    }


def satisfaction_of(user_id: int, start: Any, end: Any) -> list[tuple[int, str]]:
    """Return (score from 1 to 5, channel) of answers on a member of staff from a day to another, both included.

    Of independent samples only: drawn at random or by a closed request, not sent by that person, not answered in the presence
    of staff. Anonymous answers name no person and are not included.
    """
    with elevated("add up satisfaction for an appraisal"):
        rows = unaudited_rows(SurveyAnswer).filter(
            batch__origin__in=INDEPENDENT, is_attended=False, day__gte=start, day__lte=end
        )
        named, linked = rows.filter(invitation__served_by=user_id), rows.filter(link__invitation__served_by=user_id)
        found = []
        for answer in [*named.select_related("batch__version"), *linked.select_related("batch__version")]:
            if answer.batch.sent_by_id == user_id:
                continue
            code = next((one["code"] for one in answer.batch.version.questions if one["kind"] == CSAT), "")
            if code in answer.choices:
                found.append((int(answer.choices[code]), str(answer.channel)))
    return found


def recommendations_of(user_ids: Iterable[int], start: Any, end: Any) -> list[int]:
    """Return the answers from 0 to 10 on people's service from a day to another, both included; in order of size, without names.

    Of independent samples only, as satisfaction_of; a survey sent by one of these people is not included.
    """
    people = list(user_ids)
    with elevated("add up recommendations for an appraisal"):
        rows = unaudited_rows(SurveyAnswer).filter(
            batch__origin__in=INDEPENDENT, is_attended=False, day__gte=start, day__lte=end
        )
        rows = rows.exclude(batch__sent_by__in=people).select_related("batch__version")
        named, linked = (
            rows.filter(invitation__served_by__in=people),
            rows.filter(link__invitation__served_by__in=people),
        )
        found = []
        for answer in [*named, *linked]:
            code = next((one["code"] for one in answer.batch.version.questions if one["kind"] == NPS), "")
            if code in answer.choices:
                found.append(int(answer.choices[code]))
    return sorted(found)
