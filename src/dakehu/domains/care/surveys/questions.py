"""Questions of a survey and the answers to them, as plain values. Pure.

A question is {code, kind, zh, en, options: [{code, zh, en}], rows: [{code, zh, en}], required, show_if: {question, values} or
None}. Answers come as {name: (text, ...)}, a row of a matrix under `code.row`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dakehu.domains.care.surveys.choices import QuestionKind

Question = Mapping[str, Any]
Raw = Mapping[str, tuple[str, ...]]
Fault = tuple[str, str]  # zh, en

MOST_QUESTIONS = 8  # house default: three minutes
MOST_OPTIONS, MOST_TEXT = 12, 1_000
SCALES = {
    QuestionKind.NPS.value: range(11),
    QuestionKind.CSAT.value: range(1, 6),
    QuestionKind.MATRIX.value: range(1, 6),
}
WITH_OPTIONS = (QuestionKind.SINGLE.value, QuestionKind.MULTIPLE.value)
NUMBERED = (QuestionKind.NPS.value, QuestionKind.CSAT.value)


def standard_questions() -> list[dict[str, Any]]:
    """Return the questions of a new survey: satisfaction, recommendation, and why."""
    return [
        question("q1", "csat", "总体上，您对我们的服务满意吗？", "Overall, how satisfied are you with our service?"),
        question(
            "q2",
            "nps",
            "您有多大可能把我们推荐给亲友或同事？",
            "How likely are you to recommend us to friends or colleagues?",
        ),
        question("q3", "text", "我们最应该改进什么？", "What should we improve first?", is_required=False),
    ]


def question(
    code: str,
    kind: str,
    zh: str,
    en: str,
    *,
    options: Iterable[Fault] = (),
    rows: Iterable[Fault] = (),
    is_required: bool = True,
    show_if: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a question as plain data; options and rows are numbered in their order."""
    return {
        "code": code,
        "kind": kind,
        "zh": zh,
        "en": en or zh,
        "options": _choices_with_codes("o", options),
        "rows": _choices_with_codes("r", rows),
        "required": is_required,
        "show_if": dict(show_if) if show_if else None,
    }


def _choices_with_codes(letter: str, texts: Iterable[Fault]) -> list[dict[str, str]]:
    return [{"code": f"{letter}{n}", "zh": zh, "en": en or zh} for n, (zh, en) in enumerate(texts, 1)]


def read_lines(text: str) -> list[Fault]:
    """Return [(zh, en)] of a text such as `电话 | Phone; 邮件 | Mail`, or one a line; the English text is optional."""
    plain = text.replace("｜", "|").replace("；", ";").replace(";", "\n")
    lines = [line.partition("|") for line in plain.splitlines() if line.strip()]
    return [(zh.strip(), en.strip()) for zh, _, en in lines]


def read_condition(text: str) -> dict[str, Any] | None:
    """Return the condition in a text such as `q2: 0,1,2`, None for an empty one. Raises ValueError for another text."""
    if not text.strip():
        return None
    name, sign, values = text.replace("：", ":").replace("，", ",").partition(":")
    found = [one.strip() for one in values.split(",") if one.strip()]
    if not sign or not name.strip() or not found:
        raise ValueError(text)
    return {"question": name.strip(), "values": found}


def next_code(questions: Iterable[Question]) -> str:
    """Return a code that no question of a survey has."""
    numbers = [int(one["code"][1:]) for one in questions if one["code"][1:].isdecimal()]
    return f"q{max(numbers, default=0) + 1}"


def possible_values(one: Question) -> list[str]:
    """Return the values on which a condition may depend; none for text and matrix."""
    if one["kind"] in WITH_OPTIONS:
        return [option["code"] for option in one["options"]]
    return [str(n) for n in SCALES[one["kind"]]] if one["kind"] in NUMBERED else []


def question_faults(questions: list[Question]) -> dict[str, Fault]:
    """Return {code: fault} of the questions of a survey; "" for the survey itself."""
    faults: dict[str, Fault] = {}
    if not questions or len(questions) > MOST_QUESTIONS:
        faults[""] = (f"问卷应有 1–{MOST_QUESTIONS} 题。", f"A survey has 1 to {MOST_QUESTIONS} questions.")
    earlier: dict[str, Question] = {}
    for one in questions:
        fault = _fault(one, earlier)
        if fault:
            faults[one["code"]] = fault
        earlier[one["code"]] = one
    return faults


def _fault(one: Question, earlier: Mapping[str, Question]) -> Fault | None:
    """Return the fault of a question that follows others."""
    needs = "rows" if one["kind"] == QuestionKind.MATRIX else "options" if one["kind"] in WITH_OPTIONS else ""
    if needs and not 2 <= len(one[needs]) <= MOST_OPTIONS:
        return (f"应有 2–{MOST_OPTIONS} 个选项，用分号隔开。", f"Give 2 to {MOST_OPTIONS} options with semicolons.")
    condition = one["show_if"]
    if condition is None:
        return None
    asked = earlier.get(condition["question"])
    if asked is None:
        return ("显示条件须引用前面的题目。", "The condition names no earlier question.")
    if not set(condition["values"]) <= set(possible_values(asked)):
        listed = "、".join(possible_values(asked))
        return (
            f"显示条件的取值应为：{listed or '该题型不能作条件'}。",
            f"The condition may name: {listed or 'nothing'}.",
        )
    return None


def read_answers(questions: Iterable[Question], raw: Raw) -> tuple[dict[str, Any], dict[str, str], dict[str, Fault]]:
    """Return (choices, texts, faults) of a filled form. Answers to hidden questions are dropped."""
    choices: dict[str, Any] = {}
    texts: dict[str, str] = {}
    faults: dict[str, Fault] = {}
    for one in questions:
        if not is_shown(one, choices):
            continue
        try:
            value = _value(one, raw)
        except ValueError:
            faults[one["code"]] = ("请从所列选项中选择。", "Please choose among the options.")
            continue
        if value in ("", None, [], {}):
            if one["required"]:
                faults[one["code"]] = ("请回答这一题。", "Please answer this one.")
        elif one["kind"] == QuestionKind.TEXT:
            texts[one["code"]] = value
            if len(value) > MOST_TEXT:
                faults[one["code"]] = (f"最多 {MOST_TEXT} 字。", f"At most {MOST_TEXT} characters.")
        else:
            choices[one["code"]] = value
            if one["required"] and one["kind"] == QuestionKind.MATRIX and len(value) < len(one["rows"]):
                faults[one["code"]] = ("请回答每一行。", "Please answer every line.")
    return choices, texts, faults


def is_shown(one: Question, choices: Mapping[str, Any]) -> bool:
    """Return whether a question is asked after the choices made before it."""
    condition = one.get("show_if")
    if not condition:
        return True
    value = choices.get(condition["question"])
    chosen = {str(each) for each in value} if isinstance(value, list) else {str(value)}
    return bool(chosen & set(condition["values"]))


def _value(one: Question, raw: Raw) -> Any:
    """Return the answer to a question, None or empty if there is none. Raises ValueError for an invalid choice."""
    given = tuple(text.strip() for text in raw.get(one["code"], ()) if text.strip())
    kind = one["kind"]
    if kind == QuestionKind.TEXT:
        return "\n".join(given)
    if kind == QuestionKind.MATRIX:
        rows = {row["code"]: raw.get(f"{one['code']}.{row['code']}", ()) for row in one["rows"]}
        return {code: _number(kind, values[0]) for code, values in rows.items() if values and values[0].strip()}
    if kind in NUMBERED:
        return _number(kind, given[0]) if given else None
    known = [option["code"] for option in one["options"]]
    if not set(given) <= set(known) or (kind == QuestionKind.SINGLE and len(given) > 1):
        raise ValueError(given)
    return [code for code in known if code in given] if kind == QuestionKind.MULTIPLE else next(iter(given), None)


def _number(kind: str, text: str) -> int:
    """Return a number of a scale. Raises ValueError for another one."""
    if not (text.isascii() and text.isdecimal() and int(text) in SCALES[kind]):
        raise ValueError(text)
    return int(text)
