"""Rarely used templates follow the same rules as the others."""

import re
from pathlib import Path

from django.template.loader import get_template

import dakehu

TEMPLATES = Path(dakehu.__path__[0]) / "interfaces" / "web" / "templates"
FORM = re.compile(r'<form(?:\{%.*?%\}|\{\{.*?\}\}|"[^"]*"|[^>])*>', re.DOTALL)


def test_every_template_can_be_read() -> None:
    names = [str(path.relative_to(TEMPLATES)) for path in sorted(TEMPLATES.rglob("*.html"))]
    assert len(names) > 300
    for name in names:
        get_template(name)


def test_a_form_that_writes_never_puts_what_was_typed_into_an_address() -> None:
    """Without its script a browser sends a form by GET, unless the form sets another method."""
    forms = [form for path in sorted(TEMPLATES.rglob("*.html")) for form in FORM.findall(path.read_text())]
    writing = [form for form in forms if "hx-post" in form]
    assert len(writing) > 10
    assert [form for form in writing if 'method="post"' not in form] == []
