"""docs/security.md answers every requirement of the standard for levels 1 and 2, and every file that it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (\w[\w/]*) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
# OWASP ASVS 5.0.0: how many requirements of each section are of level 1 or 2. They stand first, those of level 3 after them.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip


def test_every_requirement_of_level_2_is_answered_once_and_no_other():
    asked = [f"{section}.{number}" for section, last in SECTIONS.items() for number in range(1, last + 1)]
    assert [row[0] for row in ROW.findall(PAGE)] == asked


def test_what_holds_names_its_test_and_what_does_not_says_why():
    for number, _, state, words, tests in ROW.findall(PAGE):
        assert state in ("holds", "yours", "n/a", "open"), number
        assert bool(tests.strip()) == (state == "holds"), number
        assert len(words) > 2, number


def test_every_file_that_the_page_names_exists():
    named = set(re.findall(r"\b(?:tests|docs|requirements)/[\w./*-]*\w", PAGE))
    missing = [name for name in sorted(named) if not (list(ROOT.glob(name)) or list(ROOT.glob(f"{name}*")))]
    assert missing == []
