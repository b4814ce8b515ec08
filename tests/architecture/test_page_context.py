"""The context of a page never overrides the variables of the layout: menu, user, links, rights."""

import ast
from pathlib import Path

import pytest

VIEWS = Path(__file__).parents[2] / "src/dakehu/interfaces/web/views"
AROUND = {"nav", "nav_views", "me", "links", "articles_about", "may", "updown", "watermark"}


def contexts(tree: ast.Module):
    """Yield the keys of every dictionary that is passed to render, or named content or context."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "render" and len(node.args) > 2:
            held = node.args[2]
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("content", "context"):
            held = node.value
        else:
            continue
        if isinstance(held, ast.Dict):
            yield {key.value for key in held.keys if isinstance(key, ast.Constant)}


@pytest.mark.parametrize("path", sorted(VIEWS.rglob("*.py")), ids=lambda path: str(path.relative_to(VIEWS)))
def test_no_page_hides_what_stands_around_it(path):
    for names in contexts(ast.parse(path.read_text(encoding="utf-8"))):
        assert not names & AROUND
