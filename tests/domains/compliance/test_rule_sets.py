"""Rules are declared with version, source and certainty; what is unverified or a default is never shown as law."""

from datetime import date

import pytest

from dakehu.domains.compliance.rule_sets import registry
from dakehu.domains.compliance.rule_sets.registry import RuleSource
from dakehu.foundation.gates import ask
from tests.cast import as_system

FIRST, SECOND = date(2026, 1, 1), date(2027, 1, 1)


@pytest.fixture
def declared(monkeypatch):
    monkeypatch.setattr(registry, "_declared", {})
    registry.declare(
        RuleSource("probe.rule", "一", "one", "某办法 1", "V", FIRST),
        RuleSource("probe.rule", "二", "two", "某办法 2", "V", SECOND),
        RuleSource("probe.default", "默认", "default", "", "D", FIRST),
    )


def test_the_version_that_has_begun_last_counts(declared):
    assert registry.find_rule("probe.rule", date(2025, 12, 31)) is None
    assert registry.find_rule("probe.rule", FIRST).en == "one"
    assert registry.find_rule("probe.rule", SECOND).en == "two"


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("no tag", RuleSource("probe.x", "一", "one", "某办法", "X", FIRST)),
        ("names no source", RuleSource("probe.y", "一", "one", " ", "S", FIRST)),
        ("declared twice", RuleSource("probe.rule", "三", "three", "某办法", "V", FIRST)),
    ],
)
def test_a_rule_without_tag_or_source_or_declared_twice_is_refused(declared, fault, rule):
    with pytest.raises(ValueError, match=fault):
        registry.declare(rule)


def test_every_declared_rule_is_listed_with_its_certainty_in_words():
    with as_system():
        rows = ask("compliance.rules", {})
    assert {"wording.W01", "registrations.adviser_or_analyst", "consents.withdrawal"} <= {row["name"] for row in rows}
    for row in rows:
        assert row["certainty"] == {"V": "已核对原文", "S": "二手来源", "K": "待核实", "D": "内部默认"}[row["tag"]]
        assert row["is_law"] == (row["tag"] in "VS") and row["text"] and (row["source"] or not row["is_law"])
