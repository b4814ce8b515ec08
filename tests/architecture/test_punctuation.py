"""Chinese texts have full-width punctuation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
HALF = re.compile(r"[\w）][,;:?!](?=[\u4e00-\u9fff])|[\u4e00-\u9fff）][,;?!]")


def words_for_readers(source: str) -> Iterator[str]:
    """Yield texts that are passed to a call together with Chinese: `say("…", "…")`, `zh="…"`, `help_zh="…"`."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        given = [*call.args, *(word.value for word in call.keywords)] if name != "compile" else []
        yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_words_in_the_program_have_full_width_punctuation():
    files = [path for path in (ROOT / "src/dakehu").rglob("*.py") if "migrations" not in path.parts]
    assert len(files) > 200
    wrong = [(path.name, text) for path in files for text in words_for_readers(path.read_text()) if HALF.search(text)]
    assert wrong == []


def test_pages_have_full_width_punctuation():
    pages = sorted((ROOT / "src/dakehu/interfaces/web/templates").rglob("*.html"))
    assert len(pages) > 50
    assert [(page.name, half[0]) for page in pages for half in HALF.finditer(page.read_text())] == []


def lists_for_readers(source: str) -> Iterator[str]:
    """Yield values of a bilingual text that are joined by the Chinese comma, although the English text shows them too."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        texts = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        for word in call.keywords:
            function = getattr(word.value, "func", None)
            joined = getattr(function, "attr", "") == "join" and getattr(function.value, "value", "") == "、"
            if joined and texts and f"{{{word.arg}}}" in texts[-1]:
                yield f"{word.arg} of {texts[-1]}"


def test_lists_are_given_to_texts_as_lists_so_that_each_language_has_its_own_comma():
    files = [path for path in (ROOT / "src/dakehu").rglob("*.py") if "migrations" not in path.parts]
    assert [(path.name, text) for path in files for text in lists_for_readers(path.read_text())] == []
    pages = sorted((ROOT / "src/dakehu/interfaces/web/templates").rglob("*.html"))
    assert [page.name for page in pages if re.search(r'\|join:"[、，；]"', page.read_text())] == []
