"""Templates that only some rows reach are written as the others are."""

from pathlib import Path

from django.template.loader import get_template

import dakehu

TEMPLATES = Path(dakehu.__path__[0]) / "interfaces" / "web" / "templates"


def test_every_template_can_be_read() -> None:
    names = [str(path.relative_to(TEMPLATES)) for path in sorted(TEMPLATES.rglob("*.html"))]
    assert len(names) > 300
    for name in names:
        get_template(name)
