"""Draw a paper from the bank by a seed, grade answers, and check questions and blueprints. Pure."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from dakehu.domains.learning.choices import QuestionKind, Topic
from dakehu.foundation.base.i18n import Bilingual, bilingual

MOST_OPTIONS = 20
MOST_QUESTIONS = 200
TRIES = 50  # maximum draws to get one that differs from the previous

Layout = list[
    list[object]
]  # [[number of the question's version, [order of its options]]] in the order in which they are asked


@dataclass(frozen=True)
class BankItem:
    """A question of the bank as input for the draw: the number of its latest version, its topic, its number of options.

    `keeps_order`: its options are not shuffled (true or false)."""

    version: int
    topic: str
    options: int
    keeps_order: bool = False


def seed_of(key: bytes, paper: int, user: int, year: int, number: int, started_at: datetime) -> str:
    """Return the seed of an attempt: a keyed hash, so that the questions cannot be computed without the key."""
    text = f"{paper}|{user}|{year}|{number}|{started_at.isoformat()}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _place(seed: str, *what: object) -> str:
    return hashlib.sha256("|".join((seed, *map(str, what))).encode()).hexdigest()


def draw(bank: Iterable[BankItem], blueprint: Mapping[str, int], seed: str) -> Layout:
    """Return a paper: for each topic its number of questions, all of them and their options in an order determined by the seed.

    Raises ValueError if the bank has too few; `blueprint_fault` checks this beforehand.
    """
    items = sorted(bank, key=lambda one: one.version)
    chosen: list[BankItem] = []
    for topic, number in sorted(blueprint.items()):
        of_topic = sorted(
            (one for one in items if one.topic == topic), key=lambda one: _place(seed, "take", one.version)
        )
        if len(of_topic) < number:
            raise ValueError(f"{topic}: {len(of_topic)} questions in the bank, {number} asked for")
        chosen += of_topic[:number]
    chosen.sort(key=lambda one: _place(seed, "order", one.version))
    return [[one.version, _order_of_options(one, seed)] for one in chosen]


def _order_of_options(item: BankItem, seed: str) -> list[int]:
    order = list(range(item.options))
    return order if item.keeps_order else sorted(order, key=lambda one: _place(seed, "option", item.version, one))


def draw_unlike(bank: Sequence[BankItem], blueprint: Mapping[str, int], seed: str, previous: Layout | None) -> Layout:
    """Return a paper whose layout differs from the previous one, if the bank allows a different one."""
    layout = draw(bank, blueprint, seed)
    for number in range(1, TRIES):
        if layout != previous:
            break
        layout = draw(bank, blueprint, _place(seed, "again", number))
    return layout


def blueprint_fault(blueprint: Mapping[str, int], available: Mapping[str, int]) -> Bilingual | None:
    """Return the error of a blueprint: no question, too many, or more of a topic than in the bank."""
    total = sum(blueprint.values())
    if not 1 <= total <= MOST_QUESTIONS or any(number < 0 for number in blueprint.values()):
        return bilingual("试卷应有 1–{n} 道题。", "A paper has 1 to {n} questions.", n=MOST_QUESTIONS)
    for topic, number in blueprint.items():
        if available.get(topic, 0) < number:
            known = Topic(topic) if topic in Topic._value2member_map_ else None
            return bilingual(
                "“{topic}”只有 {has} 道可用试题，不足 {n} 道。",
                "“{topic}” has {has} questions in use, fewer than {n}.",
                topic=bilingual(known.zh, known.en) if known else topic,
                has=available.get(topic, 0),
                n=number,
            )
    return None


def question_fault(kind: str, options: Sequence[str], answer: Collection[int]) -> tuple[str, Bilingual] | None:
    """Return (field, error) of a question: its options or its right answers."""
    if kind != QuestionKind.TRUE_FALSE and not 2 <= len(options) <= MOST_OPTIONS:
        return "options", bilingual("应有 2–{n} 个选项，每行一个。", "2 to {n} options, one a line.", n=MOST_OPTIONS)
    if len(set(options)) != len(options):
        return "options", bilingual("选项不能重复。", "No two options alike.")
    if not answer or any(one < 0 or one >= len(options) for one in answer):
        return "answer", bilingual(
            "请按选项字母填写答案，例如 A 或 ACD。", "The letters of the right options, such as A or ACD."
        )
    if kind != QuestionKind.MULTIPLE and len(answer) != 1:
        return "answer", bilingual("此题型只能有一个正确答案。", "This kind has one right answer.")
    return None


def options_of(kind: str, text: str) -> list[str]:
    """Return the options of a question: one per line; for true or false the two in the reader's language."""
    if kind == QuestionKind.TRUE_FALSE:
        return [str(bilingual("正确", "True")), str(bilingual("错误", "False"))]
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_answer(text: str) -> list[int]:
    """Return the positions given by letters: "ACD" → [0, 2, 3]; other characters yield [] (no answer)."""
    letters = [one for one in text.upper() if one not in " ,，、;；"]
    if any(not "A" <= one <= "T" for one in letters):
        return []
    return sorted({ord(one) - ord("A") for one in letters})


def original_positions(order: Sequence[int], shown: Iterable[int]) -> set[int]:
    """Return the positions in the question's version of options chosen by their shown positions."""
    return {order[one] for one in shown if 0 <= one < len(order)}


def is_right(answer: Collection[int], order: Sequence[int], shown: Iterable[int]) -> bool:
    """Return whether exactly the right options were chosen: no partial credit (house default)."""
    return original_positions(order, shown) == set(answer)


def score_of(right: Sequence[bool]) -> Decimal:
    """Return the share of right answers, to four decimals."""
    if not right:
        return Decimal(0)
    return (Decimal(sum(right)) / len(right)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def is_passed(right: Sequence[bool], pass_percent: int) -> bool:
    """Return whether the pass mark is reached, without rounding."""
    return bool(right) and sum(right) * 100 >= pass_percent * len(right)


def is_over(now: datetime, ends_at: datetime) -> bool:
    """Return whether the time of an attempt is over: by the server's clock; the last moment is included."""
    return now > ends_at
