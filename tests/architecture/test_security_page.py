"""docs/security.md answers every requirement of the standard for levels 1 and 2, and every file that it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (\w[\w/]*) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
# OWASP ASVS 5.0.0, one chapter a line: section, and how many of its requirements are of level 1 or 2. Those of level 3 follow
# them.
SECTIONS = """
1  1:2 2:9 3:11 4:3 5:2
2  1:3 2:3 3:4 4:1
3  2:2 3:4 4:6 5:5 7:2
4  1:3 2:1 3:2 4:4
5  1:1 2:3 3:2 4:3
6  1:3 2:12 3:4 4:4 5:5 6:3 8:4
7  1:3 2:4 3:2 4:5 5:2 6:2
8  1:2 2:3 3:1 4:1
9  1:3 2:4
10  1:2 2:2 3:4 4:11 5:5 6:2 7:3
11  1:2 2:3 3:3 4:4 5:1 6:1
12  1:3 2:2 3:4
13  1:1 2:5 3:2 4:5
14  1:2 2:4 3:3
15  1:3 2:3 3:7
16  1:1 2:5 3:4 4:3 5:3
17  1:1 2:4 3:2
"""


def test_every_requirement_of_level_2_is_answered_once_and_no_other():
    asked = []
    for line in SECTIONS.split("\n")[1:-1]:
        chapter, *sections = line.split()
        for section, last in (one.split(":") for one in sections):
            asked += [f"{chapter}.{section}.{number}" for number in range(1, int(last) + 1)]
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
