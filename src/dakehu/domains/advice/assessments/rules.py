"""Rules of risk questionnaires: score, level, contradictions, how often a client may be tested, what compliance reviews. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dakehu.domains.advice.assessments.questionnaires import Item, Questionnaire

Answers = Mapping[str, tuple[str, ...]]  # codes of the options chosen, by code of the item

MOST_A_DAY, MOST_IN_30_DAYS = 1, 3  # house default
JUMP = 2  # levels upwards from which compliance reviews, house default
BEFORE_SALE = timedelta(hours=24)  # a test so shortly before a sale above the former level is reviewed, house default
FULL = 100


@dataclass(frozen=True)
class Result:
    """The result of a questionnaire: score of 100, level, whether the lowest category, and the contradictions found."""

    score: int
    level: str
    is_minimum: bool
    hard: tuple[str, ...]
    soft: tuple[str, ...]


def faults(questionnaire: Questionnaire, answers: Answers) -> dict[str, tuple[str, str]]:
    """Return {item: (zh, en)} of items that are not answered, or not validly."""
    found = {}
    for item in questionnaire.items:
        chosen = answers.get(item.code, ())
        if not chosen:
            found[item.code] = ("请回答这一题。", "Please answer this one.")
        elif not set(chosen) <= set(item.options) or (not item.is_multiple and len(chosen) > 1):
            found[item.code] = ("请从所列选项中选择。", "Please choose among the options.")
        elif len(chosen) > 1 and set(chosen) & set(questionnaire.exclusive.get(item.code, ())):
            found[item.code] = ("“都没有”不能与其他选项同时选择。", "“None” does not go with another option.")
    return found


def assess(questionnaire: Questionnaire, answers: Answers) -> Result:
    """Return score and level of complete answers. An answer of the lowest category makes the score 0, whatever the sum."""
    fired = [check for check in questionnaire.checks if _is_condition_met(check.when, answers)]
    is_minimum = any(item.minimum & set(answers[item.code]) for item in questionnaire.items)
    points = sum(_points(item, answers[item.code]) for item in questionnaire.items)
    score = 0 if is_minimum else (2 * FULL * points + questionnaire.most_points) // (2 * questionnaire.most_points)
    return Result(
        score,
        level_of(questionnaire, score),
        is_minimum or score == 0,
        tuple(check.code for check in fired if check.is_hard),
        tuple(check.code for check in fired if not check.is_hard),
    )


def level_of(questionnaire: Questionnaire, score: int) -> str:
    """Return the level of a score by the bands of the questionnaire's own version."""
    return next(level for least, level in reversed(questionnaire.bands) if score >= least)


def _points(item: Item, chosen: Iterable[str]) -> int:
    """Return the points of an item: of several options chosen, those of the highest."""
    return max(item.options[code].points for code in chosen)


def _is_condition_met(when: Mapping[str, tuple[str, ...]], answers: Answers) -> bool:
    return all(set(codes) & set(answers[item]) for item, codes in when.items())


def retest_fault(earlier: Iterable[datetime], now: datetime) -> tuple[str, str] | None:
    """Return (zh, en) of why a client may not be tested again yet, None where it may. `earlier`: when it was tested."""
    times = list(earlier)
    if sum(one.date() == now.date() for one in times) >= MOST_A_DAY:
        return ("今天已经测评过，请明天再来。", "You have taken the test today already; please come back tomorrow.")
    if sum(now - one < timedelta(days=30) for one in times) >= MOST_IN_30_DAYS:
        return ("30 天内最多测评 3 次，请过些时候再来。", "At most three tests within 30 days; please come back later.")
    return None


def review_reason(before: str, level: str) -> str:
    """Return why compliance must review a result: "jump" for two levels or more upwards, "" where it applies immediately."""
    return "jump" if before and int(level[1]) - int(before[1]) >= JUMP else ""


def is_tested_for_sale(filled_at: datetime | None, level_before: str, product_risk: str, now: datetime) -> bool:
    """Return whether a client was tested within a day before a sale that was above the level until then."""
    if filled_at is None or not level_before or not product_risk:
        return False
    return now - filled_at < BEFORE_SALE and int(product_risk[1]) > int(level_before[1])
