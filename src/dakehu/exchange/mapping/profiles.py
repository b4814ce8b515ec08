"""Mappings of known sources: built-in profiles, and those saved from manual corrections."""

import json
from dataclasses import asdict
from functools import cache
from importlib import resources
from typing import Any

from dakehu.exchange.mapping.mapping import FieldMapping, ImportMapping, TableMapping
from dakehu.exchange.workbook.reading.headings import normalise_heading
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of


@cache
def built_in() -> dict[str, dict[str, Any]]:
    """Return {file name without extension: profile} of the package."""
    folder = resources.files("dakehu.exchange.mapping") / "profiles"
    return {
        path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8"))
        for path in folder.iterdir()
        if path.name.endswith(".json")
    }


def find_profile(plan: ImportMapping, wanted: str | None = None) -> ImportMapping:
    """Apply the profile of the file's source. `wanted` is a built-in profile; raises Refused if unknown."""
    if wanted and wanted not in built_in():
        raise Refused(
            {
                "profile": [
                    bilingual(
                        "没有“{name}”这个来源，可选：{all}。",
                        "There is no source “{name}”; known are {all}.",
                        name=wanted,
                        all=" ".join(built_in()),
                    )
                ]
            }
        )
    remembered = _stored_profile([t.signature for t in plan.tables])
    for table in plan.tables:
        headings = {normalise_heading(c.heading) for c in table.columns}
        for name, profile in built_in().items():
            if wanted == name or (not wanted and {normalise_heading(h) for h in profile["headings"]} <= headings):
                _apply_profile(plan, table, profile)
        if not wanted and table.signature in remembered:
            _apply_profile(plan, table, remembered[table.signature])
    return plan


def _stored_profile(signatures: list[str]) -> dict[str, dict[str, Any]]:
    rows = model_of("foundation.SourceProfile").objects.filter(signature__in=signatures)
    return {row.signature: {"name": row.name, **row.plan} for row in rows}


def _apply_profile(plan: ImportMapping, table: TableMapping, profile: dict[str, Any]) -> None:
    table.part, table.profile = profile["part"], profile["name"]
    table.by_hand = bool(profile.get("by_hand"))
    table.asks = ""
    plan.key = profile.get("key") or plan.key
    named = {normalise_heading(heading): feeds for heading, feeds in profile["columns"].items()}
    for column in table.columns:
        column.feeds = [FieldMapping(**feed) for feed in named.get(normalise_heading(column.heading), [])]
        column.how = "profile" if column.feeds else ""
        unit, order = profile.get("units", {}).get(column.heading), profile.get("orders", {}).get(column.heading)
        if unit is not None:
            column.unit, column.unit_how = unit, "hand"
        column.order = order or column.order


def has_manual_profiles() -> bool:
    """Return whether a profile was set manually for any source."""
    return bool(model_of("foundation.SourceProfile").objects.filter(plan__by_hand=True).exists())


def save_profile(plan: ImportMapping, name: str) -> None:
    """Save the mapping of manually corrected tables for the next file of the same source. Call inside an act."""
    model = model_of("foundation.SourceProfile")
    for table in plan.tables:
        if not table.by_hand and not any(c.how == "hand" or c.unit_how == "hand" for c in table.columns):
            continue
        row = model.objects.filter(signature=table.signature).first() or model(signature=table.signature)
        row.name, row.owner_ref = f"{name} · {table.sheet}"[:120], current_actor().user_id
        columns = {c.heading: [asdict(feed) for feed in c.feeds] for c in table.columns if c.heading}
        row.plan = {
            "part": table.part,
            "columns": columns,
            "by_hand": table.by_hand,
            "units": {c.heading: c.unit for c in table.columns if c.heading and c.unit_how == "hand"},
            "orders": {c.heading: c.order for c in table.columns if c.heading and c.order and c.ambiguous},
        }
        row.save()


def apply_saved_profiles(plan: ImportMapping) -> ImportMapping:
    """Apply saved corrections to tables with their own signature, such as those of a connection."""
    remembered = _stored_profile([table.signature for table in plan.tables])
    for table in plan.tables:
        if table.signature in remembered:
            _apply_profile(plan, table, remembered[table.signature])
    return plan
