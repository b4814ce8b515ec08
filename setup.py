"""The version of the project is the first heading of CHANGELOG.md; everything else is in pyproject.toml."""

import re
from pathlib import Path

from setuptools import setup

CHANGELOG = Path(__file__).with_name("CHANGELOG.md")


def version() -> str:
    """The `x.y.z` of the first `## x.y.z` heading of CHANGELOG.md."""
    heading = re.search(r"^## (\d+\.\d+\.\d+)\b", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE)
    if heading is None:
        raise SystemExit("CHANGELOG.md has no heading such as '## 0.1.0'; add one for the version being built.")
    return heading.group(1)


setup(version=version())
