"""The names a rule may use: facts and choices by name, label in either language and alias."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from dakehu.foundation.base.i18n import language
from dakehu.foundation.expressions.errors import refuse
from dakehu.foundation.expressions.lexer import normal
from dakehu.foundation.expressions.nodes import Place
from dakehu.foundation.schema.facts import Fact

NEAREST = 3
NEAR = 45  # from 0 to 100: less similar names are not suggested


@dataclass
class Vocabulary:
    """Names of facts and of their choices, in the form of `lexer.normal`."""

    facts: Mapping[str, Fact]
    by_name: dict[str, list[Fact]] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)  # fact → name of a choice → value

    def __post_init__(self) -> None:
        for fact in self.facts.values():
            for name in {normal(name) for name in (fact.name, fact.zh, fact.en, *fact.aliases)}:
                self.by_name.setdefault(name, []).append(fact)
            if fact.choices:
                # The value wins where a label of one choice is the value of another.
                labels = {normal(label): choice[0] for choice in fact.choices for label in choice[1:]}
                self.choices[fact.name] = labels | {normal(choice[0]): choice[0] for choice in fact.choices}

    def names(self) -> set[str]:
        """Return every name of a fact or a choice."""
        return set(self.by_name) | {name for names in self.choices.values() for name in names}

    def find(self, name: str) -> Fact | None:
        """Return the fact of this name; None if there is none or several."""
        found = self.by_name.get(normal(name), [])
        return found[0] if len(found) == 1 else None

    def get(self, name: str, place: Place) -> Fact:
        """Return the fact of this name. Refuses an unknown name, with the nearest ones, and an ambiguous one."""
        found = self.by_name.get(normal(name), [])
        if len(found) == 1:
            return found[0]
        if found:
            refuse(
                place,
                "“{name}”指多个字段，请用其中一个的全名：{names}。",
                "“{name}” is the name of several fields; use the full name of one: {names}.",
                tuple(label_of(fact) for fact in found),
                name=name,
                names=join_names([label_of(fact) for fact in found]),
            )
        near = self.nearest(name)
        if near:
            refuse(
                place,
                "没有名为“{name}”的字段。是否要写：{names}？",
                "There is no field “{name}”. Did you mean: {names}?",
                near,
                name=name[:40],
                names=join_names(near),
            )
        refuse(
            place,
            "没有名为“{name}”的字段。可用字段见旁边的列表；文字请加引号。",
            "There is no field “{name}”. The list beside names all fields; put texts in quotation marks.",
            name=name[:40],
        )

    def nearest(self, name: str) -> tuple[str, ...]:
        """Return the labels of the facts with the most similar names, in the reader's language."""
        found = process.extract(normal(name)[:80], list(self.by_name), scorer=fuzz.ratio, limit=8, score_cutoff=NEAR)
        labels = dict.fromkeys(label_of(fact) for near, _, _ in found for fact in self.by_name[near])
        return tuple(labels)[:NEAREST]

    def choice(self, fact: Fact, name: str, place: Place) -> str:
        """Return the value of a choice of a fact. Refuses an unknown one, with the valid ones."""
        known = self.choices.get(fact.name, {})
        value = known.get(normal(name))
        if value is not None:
            return value
        labels = tuple(choice_label(fact, choice[0]) for choice in fact.choices)
        refuse(
            place,
            "“{fact}”没有选项“{name}”，可选：{names}。",
            "{fact} has no choice “{name}”; there are: {names}.",
            labels,
            fact=fact.label,
            name=name[:40],
            names=join_names(labels[:12]),
        )


def label_of(fact: Fact, code: str = "") -> str:
    """Return the label of a fact, in the reader's language unless one is named."""
    return fact.en if (code or language()) == "en" else fact.zh


def choice_label(fact: Fact, value: str, code: str = "") -> str:
    """Return the label of a choice; the value itself if the fact has no such choice."""
    for stored, zh, en in fact.choices:
        if stored == value:
            return en if (code or language()) == "en" else zh
    return value


def join_names(names: tuple[str, ...] | list[str]) -> str:
    """Return names joined as a list, in the reader's language."""
    return (", " if language() == "en" else "、").join(names)
