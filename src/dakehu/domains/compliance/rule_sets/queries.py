"""The rules that the desk applies, to explain a refusal."""

from typing import Any

from dakehu.domains.compliance.rule_sets import registry
from dakehu.domains.compliance.rule_sets.registry import RuleSource
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.gates.registry import query


@query("compliance.rules", needs=Permission.COMPLIANCE_READ, zh="合规规则清单", en="Rules applied")
def rules_applied() -> list[dict[str, Any]]:
    """Return every rule with all its versions, by name.

    [{name, area, version, of, text, source, tag, certainty, is_law, effective_from, state: "in_force" | "to_come" | "replaced"}],
    `of` is the number of versions.
    """
    today, found = clock.today(), []
    for name in registry.names():
        versions, counts = registry.versions_of(name), registry.find_rule(name, today)
        for number, one in enumerate(versions, start=1):
            found.append(_plain(one, number, len(versions), counts))
    return found


def _plain(one: RuleSource, number: int, of: int, counts: RuleSource | None) -> dict[str, Any]:
    is_begun = counts is not None and one.effective_from <= counts.effective_from
    return {
        "name": one.name,
        "area": one.name.partition(".")[0],
        "version": number,
        "of": of,
        "text": str(one.text),
        "source": str(one.source),
        "tag": one.tag,
        "certainty": str(one.certainty),
        "is_law": one.is_law,
        "effective_from": one.effective_from.isoformat(),
        "state": "in_force" if one is counts else "replaced" if is_begun else "to_come",
    }
