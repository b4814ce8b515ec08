"""Map headings to fields: exactly by a known spelling, by the cells below, or only as a suggestion."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute

from rapidfuzz import fuzz, process

from dakehu.exchange.mapping.units import LONGEST_HEADING, strip_unit

_PERSON = re.compile(r"^[\u4e00-\u9fff]{1,4}(?:·[\u4e00-\u9fff]{1,10})?$")
_NUMBERED = re.compile(r"[\d一二三四五]$|^(?:备用|其他|第[二三四]|次要|辅助|second|other)", re.IGNORECASE)
SUGGEST_FROM = 72  # of 100; lower similarities are coincidence
_BRACKETS = re.compile(r"[((【\[][^))】\]]*[))】\]]")
_IDLE = re.compile(r"[\s_\-/·::*#、,.。|]+")
CONTENT = {
    "phone": re.compile(r"^(?:\+?86)?1[3-9][\d*xX×]{9}$"),
    "mail": re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    "id": re.compile(r"^\d{17}[\dXx]$"),
}


@dataclass(frozen=True)
class Term:
    """A field and its names in files. `kind` helps to recognise it by content ("phone", "mail", "id", "date"…)."""

    part: str
    field: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    kind: str = "text"
    repeats: bool = False  # whether several columns may map to it: a second telephone is a second contact

    def spellings(self) -> Iterable[str]:
        yield from (self.zh, self.en, f"{self.zh} {self.en}", self.field, *self.aliases)


@dataclass
class Column:
    """One column (or card line) of a table. `how`: name, alias, content, hand or "" (not mapped)."""

    index: int
    heading: str
    field: str | None = None
    how: str = ""
    score: int = 0
    suggestion: str | None = None
    samples: list[str] = attribute(default_factory=list)


def normalise_heading(heading: str) -> str:
    """Return a heading without its unit, brackets, spaces and marks, half-width and in lower case."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return _IDLE.sub("", _BRACKETS.sub("", text)) or _IDLE.sub("", text)


class Lexicon:
    """The spellings of every part's fields. Created for one file: it caches the headings and cells looked up."""

    def __init__(self, vocabulary: Sequence[Term]) -> None:
        self._forms: dict[str, tuple[str, str, str]] = {}
        self.parts: dict[str, dict[str, tuple[str, str]]] = {}
        self.kinds: dict[str, dict[str, str]] = {}
        self.repeated = {(term.part, term.field) for term in vocabulary if term.repeats}
        for names in (True, False):  # a field's own names take precedence over other fields' aliases
            for term in vocabulary:
                known = self.parts.setdefault(term.part, {})
                self.kinds.setdefault(term.part, {})[term.field] = term.kind
                own = (term.zh, term.en, f"{term.zh} {term.en}", term.field)
                # An alias with the English name is the heading of a workbook written before the field was renamed.
                former = (*term.aliases, *(f"{alias} {term.en}" for alias in term.aliases))
                for spelling in own if names else former:
                    known.setdefault(normalise_heading(spelling), (term.field, "name" if names else "alias"))

    def means(self, part: str, heading: str) -> tuple[str, str] | None:
        """Return (field, how) of a heading in one part, or None."""
        if not heading or len(heading) > LONGEST_HEADING:
            return None
        known = self.parts[part]
        whole, without, bare = self._forms_of(heading)
        found = known.get(whole) or known.get(without)
        if found is None and bare != whole:  # 手机2, 备用手机: further columns of a repeatable field
            further = known.get(bare)
            found = further if further and (part, further[0]) in self.repeated else None
        return found

    def _forms_of(self, heading: str) -> tuple[str, str, str]:
        """Return the normalised heading, the same without its unit, and without the number of a further column."""
        forms = self._forms.get(heading)
        if forms is None:
            whole = normalise_heading(heading)
            forms = self._forms[heading] = (whole, normalise_heading(strip_unit(heading)), _NUMBERED.sub("", whole))
        return forms

    def names_field(self, heading: str) -> bool:
        """Return whether a heading matches a field of any part."""
        return any(self.means(part, heading) for part in self.parts)

    def known(self, part: str, cells: Iterable[str]) -> set[str]:
        """Return the fields of a part that match some cells."""
        return {found[0] for cell in cells if (found := self.means(part, cell))}

    def map_columns(self, part: str, columns: list[Column], headings: list[list[str]]) -> None:
        """Map each column to its field: one field per column, most certain first. `headings[i]` are the texts that
        may name column i (lower line, both lines, upper line)."""
        taken: set[str] = set()
        for sure in ("name", "alias"):
            for column, texts in zip(columns, headings, strict=True):
                for text in texts if column.field is None else ():
                    found = self.means(part, text)
                    if found and found[1] == sure and found[0] not in taken:
                        column.field, column.how, column.score = found[0], sure, 100
                        taken.add(found[0])
                        break
        self._number_repeated_columns(part, columns, headings)
        self._guess_by_content(part, columns, taken)
        self._suggest(part, columns, taken)

    def _number_repeated_columns(self, part: str, columns: list[Column], headings: list[list[str]]) -> None:
        """Map a second telephone, mail or remark (手机号码 again, 手机2, 备用手机) to the same field, so that none is lost."""
        for column, texts in zip(columns, headings, strict=True):
            for text in texts if column.field is None else ():
                found = self.means(part, text)
                if found and (part, found[0]) in self.repeated and any(c.field == found[0] for c in columns):
                    column.field, column.how, column.score = found[0], found[1], 100
                    break

    def name_by_content(self, part: str, columns: list[Column]) -> None:
        """Map the first column of short Chinese names to the name, in a table without headings."""
        target = next((f for f, k in self.kinds[part].items() if k == "name"), None)
        for column in columns if target and all(c.field != target for c in columns) else ():
            fits = sum(bool(_PERSON.match(s.strip())) for s in column.samples)
            if column.field is None and column.samples and fits >= 0.8 * len(column.samples):
                column.field, column.how, column.score = target, "content", 80
                return

    def _guess_by_content(self, part: str, columns: list[Column], taken: set[str]) -> None:
        for column in columns:
            if column.field or not column.samples:
                continue
            for kind, pattern in CONTENT.items():
                fits = sum(bool(pattern.match(s.replace(" ", "").replace("-", ""))) for s in column.samples)
                target = next((f for f, k in self.kinds[part].items() if k == kind and f not in taken), None)
                if target and fits >= max(1, 0.8 * len(column.samples)):
                    column.field, column.how, column.score = target, "content", 90
                    taken.add(target)
                    break

    def _suggest(self, part: str, columns: list[Column], taken: set[str]) -> None:
        spellings = [s for s, (f, _) in self.parts[part].items() if f not in taken]
        for column in columns:
            if column.field or not column.heading or not spellings:
                continue
            best = process.extractOne(
                normalise_heading(column.heading), spellings, scorer=fuzz.ratio, score_cutoff=SUGGEST_FROM
            )
            if best:
                column.suggestion, column.score = self.parts[part][best[0]][0], round(best[1])
