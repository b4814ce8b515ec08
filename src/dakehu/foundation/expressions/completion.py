"""Completion at a position of a rule: fields, comparisons, choices, units, words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lark import UnexpectedToken

from dakehu.foundation.base.i18n import language
from dakehu.foundation.expressions import words
from dakehu.foundation.expressions.canonical import quote_text
from dakehu.foundation.expressions.errors import ExpressionError
from dakehu.foundation.expressions.lexer import BARE_NUMBER, Lexer, Word, is_name_sign, normal
from dakehu.foundation.expressions.nodes import Node
from dakehu.foundation.expressions.parser import accepted_terminals, begin, feed_word
from dakehu.foundation.expressions.vocabulary import Vocabulary, choice_label, label_of
from dakehu.foundation.schema.facts import Fact

MOST = 30
WRITTEN = {
    "zh": {
        "IN": "属于 [",
        "NOT_IN": "不属于 [",
        "MISSING": "为空",
        "PRESENT": "不为空",
        "BETWEEN": "介于 ",
        "TO": "和 ",
        "AND": "且 ",
        "OR": "或 ",
        "NOT": "非 ",
    },
    "en": {
        "IN": "in [",
        "NOT_IN": "not in [",
        "MISSING": "is missing",
        "PRESENT": "is not missing",
        "BETWEEN": "between ",
        "TO": "and ",
        "AND": "and ",
        "OR": "or ",
        "NOT": "not ",
    },
}
SIGNS = {"CLOSE": ")", "CLOSE_LIST": "]", "OPEN": "("}
ORDER = (">=", ">", "<=", "<", "=", "!=")
UNITS = {
    "zh": {"money": ("万", "亿", "元"), "number": ("万", "亿"), "share": ("%",), "days": ("天",)},
    "en": {"money": (" million", " billion"), "number": (" million",), "share": ("%",), "days": (" days",)},
}


@dataclass(frozen=True)
class Suggestion:
    """A text that may replace the text from `start` to `end`; `kind`: field, comparison, choice, unit, word,
    function."""

    text: str
    kind: str
    start: int
    end: int
    label: str = ""  # label in the reader's language
    detail: str = ""  # for a field: its kind


def complete(text: str, position: int, facts: Mapping[str, Fact], code: str = "") -> list[Suggestion]:
    """Return the options at a position (0 to the length of the text), the most likely first, at most 30.

    Partial words are matched by prefix, then by substring. Nothing is suggested after an error.
    """
    code = code or language()
    vocabulary = Vocabulary(facts)
    before = text[: max(0, min(position, len(text)))][: words.MAX_LENGTH]
    start = begun_from(before)
    phrase = phrase_start(before, start)
    begun = [one for begin_at in sorted({start, phrase}) for one in suggestions_at(before, begin_at, vocabulary, code)]
    next_ones = suggestions_at(before, len(before), vocabulary, code) if phrase < len(before) else []
    is_whole = normal(before[phrase:]) in vocabulary.names()
    found = [*next_ones, *begun] if is_whole else [*begun, *next_ones]
    unique = {(suggestion.text, suggestion.kind): suggestion for suggestion in reversed(found)}
    return sorted(unique.values(), key=lambda one: found.index(one))[:MOST]


def begun_from(before: str) -> int:
    """Return the start of the word at the end of a text."""
    start = len(before)
    while start and is_name_sign(before[start - 1]):
        start -= 1
    return start


def phrase_start(before: str, start: int) -> int:
    """Return the start of a name of several words at the end: after the last sign or word of the language."""
    pieces = before[:start].split(" ")
    size = 0
    for piece in reversed(pieces):
        if piece and (
            not all(map(is_name_sign, piece)) or piece in {"and", "or", "not", "in", "between", "且", "或", "非"}
        ):
            break
        size += len(piece) + 1
    return max(0, len(before[:start]) - max(size - 1, 0))


def suggestions_at(before: str, start: int, vocabulary: Vocabulary, code: str) -> list[Suggestion]:
    """Return the options for the text from `start` on, given the text before it."""
    begun, before_it = normal(before[start:]), before[:start]
    try:
        found = Lexer(before_it, vocabulary.names()).words()
        parser = begin()
        for word in found:
            feed_word(parser, word)
    except (ExpressionError, UnexpectedToken):
        return []
    if found and found[-1].place.end == len(before_it) and is_unknown_name(found[-1], vocabulary):
        return []  # a word still being written
    options = list(options_after(found, accepted_terminals(parser), vocabulary, code))
    fitting = [one for one in options if matches(begun, one, vocabulary)]
    fitting.sort(key=lambda one: not normal(one[1]).startswith(begun))
    return [Suggestion(text, kind, start, len(before), label, detail) for kind, text, label, detail in fitting]


def is_unknown_name(word: Word, vocabulary: Vocabulary) -> bool:
    return word.terminal == "NAME" and normal(word.value.value) not in vocabulary.names()


Option = tuple[str, str, str, str]  # kind, text, label, detail


def matches(begun: str, option: Option, vocabulary: Vocabulary) -> bool:
    """Return whether an option starts with or contains the partial word; a field also by its other names."""
    if not begun:
        return True
    if begun in normal(option[1]) or begun in normal(option[2]):
        return True
    fact = vocabulary.find(option[1].strip("「」")) if option[0] == "field" else None
    return fact is not None and any(begun in normal(name) for name in (fact.name, fact.zh, fact.en, *fact.aliases))


def options_after(found: list[Word], fitting: set[str], vocabulary: Vocabulary, code: str) -> Iterator[Option]:
    """Yield all options after the words so far."""
    fact = compared_fact(found, vocabulary)
    if fact is not None and ends_without_unit(found):
        yield from (("unit", unit, unit.strip(), "") for unit in UNITS[code].get(fact.kind, ()))
    if "COMPARE" in fitting:
        yield from comparisons(last_fact(found, vocabulary), fitting, code)
    if "NAME" in fitting:
        if fact is not None and fact.kind == "choice" and follows_comparison(found):
            yield from choices(fact, code)
        elif fact is not None and fact.kind == "flag" and follows_comparison(found):
            yield from (("choice", word, word, "") for word in (("yes", "no") if code == "en" else ("是", "否")))
        else:
            yield from fields(vocabulary, code, fact.kind if fact is not None and follows_comparison(found) else "")
    if "FUNCTION" in fitting:
        yield from (("function", f"{name}(", name, "") for name in ("min", "max", "abs"))
    for terminal in ("AND", "OR", "TO", "NOT"):
        if terminal in fitting and not (terminal == "AND" and "TO" in fitting):
            yield "word", WRITTEN[code][terminal], WRITTEN[code][terminal].strip(), ""
    for terminal, sign in SIGNS.items():
        if terminal in fitting:
            yield "word", sign, sign, ""


def comparisons(fact: Fact | None, fitting: set[str], code: str) -> Iterator[Option]:
    """Yield the comparisons available for a field."""
    kind = fact.kind if fact else "number"
    signs = () if kind == "flag" else ("=", "!=") if kind in ("choice", "text") else ORDER
    yield from (("comparison", f"{sign} ", sign, "") for sign in signs)
    for terminal in ("IN", "NOT_IN", "BETWEEN", "MISSING", "PRESENT"):
        is_fit = kind in ("choice", "text") if terminal in ("IN", "NOT_IN") else kind not in ("choice", "text", "flag")
        if terminal in fitting and (is_fit or terminal in ("MISSING", "PRESENT")):
            yield "comparison", WRITTEN[code][terminal], WRITTEN[code][terminal].strip(" ["), ""


def ends_without_unit(found: list[Word]) -> bool:
    """Return whether the last word is a number that may still take a unit."""
    last = found[-1]
    return last.terminal == "CONSTANT" and last.value.kind == "plain" and not last.has_unit


def fields(vocabulary: Vocabulary, code: str, kind: str = "") -> Iterator[Option]:
    """Yield fields; of one kind only, where they are compared with one of it."""
    for fact in vocabulary.facts.values():
        if kind and fact.kind != kind:
            continue
        yield "field", label_of(fact, code), label_of(fact, code), fact.kind


def choices(fact: Fact, code: str) -> Iterator[Option]:
    for value, *_ in fact.choices:
        label = choice_label(fact, value, code)
        needs_quotes = BARE_NUMBER.fullmatch(label) or not all(map(is_name_sign, label))
        yield "choice", quote_text(label) if needs_quotes else label, label, ""


def last_fact(found: list[Word], vocabulary: Vocabulary) -> Fact | None:
    """Return the field at the end; None if the last word is not one."""
    if found and isinstance(found[-1].value, Node) and found[-1].value.op == "name":
        return vocabulary.find(found[-1].value.value)
    return None


def compared_fact(found: list[Word], vocabulary: Vocabulary) -> Fact | None:
    """Return the field on the left of the comparison being written."""
    for index in range(len(found) - 1, 0, -1):
        if found[index].terminal in ("AND", "OR") and not any(
            w.terminal == "BETWEEN" for w in found[max(0, index - 2) : index]
        ):
            return None
        if found[index].terminal in ("COMPARE", "IN", "NOT_IN", "BETWEEN"):
            return last_fact(found[:index], vocabulary)
    return None


def follows_comparison(found: list[Word]) -> bool:
    """Return whether the next word is a value to compare with, not a field."""
    return bool(found) and found[-1].terminal in ("COMPARE", "IN", "NOT_IN", "OPEN_LIST", "COMMA", "OPEN")
