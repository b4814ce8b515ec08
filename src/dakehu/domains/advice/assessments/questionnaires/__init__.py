"""The structure of a risk questionnaire, and the versions shipped with the desk, each with its own bands and checks. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Option:
    """An option of an answer, with its points."""

    code: str
    zh: str
    en: str
    points: int
    is_minimum: bool = False


@dataclass(frozen=True)
class Item:
    """A question with its options by code."""

    code: str
    group: str
    zh: str
    en: str
    is_multiple: bool
    options: Mapping[str, Option]

    @property
    def minimum(self) -> set[str]:
        """The options that put the client into the lowest category."""
        return {code for code, option in self.options.items() if option.is_minimum}


@dataclass(frozen=True)
class ConsistencyCheck:
    """Answers that contradict one another: where every item has one of the options named. A hard one blocks the answers."""

    code: str
    is_hard: bool
    when: Mapping[str, tuple[str, ...]]
    zh: str
    en: str


@dataclass(frozen=True)
class Questionnaire:
    """A version. `bands`: [(least score, level)] from the lowest; `exclusive`: options that exclude every other."""

    version: str
    effective_from: date
    valid_days: int
    groups: tuple[tuple[str, str, str], ...]
    bands: tuple[tuple[int, str], ...]
    items: tuple[Item, ...]
    exclusive: Mapping[str, tuple[str, ...]]
    checks: tuple[ConsistencyCheck, ...]

    @property
    def most_points(self) -> int:
        """The sum of the highest points of every item."""
        return sum(max(option.points for option in item.options.values()) for item in self.items)


def read(raw: Mapping[str, Any]) -> Questionnaire:
    """Return a questionnaire from its file. Raises KeyError or ValueError for an incomplete one."""
    items = tuple(_item(item) for item in raw["items"])
    known = {item.code: item for item in items}
    checks = tuple(
        ConsistencyCheck(
            check["code"],
            check["severity"] == "hard",
            {item: tuple(codes) for item, codes in check["when"].items()},
            check["zh"],
            check["en"],
        )
        for check in raw["checks"]
    )
    for check in checks:
        for item, codes in check.when.items():
            if not set(codes) <= set(known[item].options):
                raise ValueError(f"check {check.code} names an option that {item} does not have")
    return Questionnaire(
        raw["version"],
        date.fromisoformat(raw["effective_from"]),
        raw["valid_days"],
        tuple((code, zh, en) for code, zh, en in raw["groups"]),
        tuple((least, level) for least, level in raw["bands"]),
        items,
        {item: tuple(codes) for item, codes in raw["exclusive"].items()},
        checks,
    )


def _item(raw: Mapping[str, Any]) -> Item:
    options = {
        one["code"]: Option(one["code"], one["zh"], one["en"], one["points"], one.get("minimum", False))
        for one in raw["options"]
    }
    return Item(raw["code"], raw["group"], raw["zh"], raw["en"], raw["kind"] == "multi", options)


@cache
def shipped_contents() -> tuple[dict[str, Any], ...]:
    """Return the content of every version shipped with the desk, the earliest first."""
    files = sorted(one.name for one in resources.files(__name__).iterdir() if one.name.endswith(".json"))
    found = [json.loads(resources.files(__name__).joinpath(name).read_text(encoding="utf-8")) for name in files]
    return tuple(sorted(found, key=lambda content: str(content["effective_from"])))


def shipped_version(name: str) -> Questionnaire:
    """Return a version shipped with the desk. Raises KeyError for any other."""
    return {content["version"]: read(content) for content in shipped_contents()}[name]
