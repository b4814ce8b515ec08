"""Read questions that were copied from a worksheet: one per row, cells separated by tabs. Pure."""

from collections.abc import Iterator

from dakehu.domains.learning.choices import Difficulty, QuestionKind, Topic
from dakehu.foundation.base.i18n import Bilingual, bilingual

COLUMNS = ("code", "topic", "kind", "difficulty", "text", "options", "answer", "explanation", "source")
NEEDED = ("code", "topic", "kind", "text", "answer")
CHOICES = {"topic": Topic, "kind": QuestionKind, "difficulty": Difficulty}
HEADINGS = frozenset({"试题编号", "编号", "code", "questioncode"})
MOST = 500  # questions per paste


def read_rows(text: str) -> Iterator[tuple[int, dict[str, str], Bilingual | None]]:
    """Yield (number of the row from 1, values by column, error or None), without empty rows and a heading.

    Columns in this order: code, topic, kind, difficulty, text, options (separated by |), right letters, explanation, source. Choices are
    read in either language; options are returned one per line.
    """
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip().strip('"').strip() for cell in line.split("\t")]
        if not any(cells) or (number == 1 and cells[0].replace(" ", "").lower() in HEADINGS):
            continue
        values = dict(zip(COLUMNS, cells, strict=False))
        fault = _fault(values, len(cells))
        if fault is None:
            for name, choices in CHOICES.items():
                found = choices.read(values.get(name, ""))
                values[name] = "" if found is None else found.value
            values["options"] = "\n".join(part.strip() for part in values.get("options", "").split("|") if part.strip())
        yield number, values, fault


def _fault(values: dict[str, str], cells: int) -> Bilingual | None:
    if cells > len(COLUMNS):
        return bilingual("有 {n} 列，最多 {most} 列。", "{n} columns, at most {most}.", n=cells, most=len(COLUMNS))
    for name in NEEDED:
        if not values.get(name):
            place = COLUMNS.index(name) + 1
            return bilingual("第 {n} 列不能为空。", "Column {n} may not be empty.", n=place)
    for name, choices in CHOICES.items():
        given = values.get(name, "")
        if given and choices.read(given) is None:
            known = bilingual("、".join(one.zh for one in choices), ", ".join(one.en for one in choices))
            return bilingual(
                "“{given}”应为：{known}。", "“{given}” should be one of: {known}.", given=given, known=known
            )
    return None
