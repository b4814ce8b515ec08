"""Read the settings of the house."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError

from dakehu.domains.house.models import HouseSettings
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import env, house_values
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query


def stored_values() -> dict[str, Any]:
    """Return {name of the setting: stored value}, without those that are empty; {} before the first migration."""
    try:
        row = HouseSettings.objects.first()
    except DatabaseError:
        return {}
    if row is None:
        return {}
    values = {name: getattr(row, name.lower()) for name in house_values.NAMES}
    roles = [role for role in str(values.pop("SECOND_FACTOR_ROLES")).split(",") if role]
    return {**{name: value for name, value in values.items() if value not in (None, "")}, "SECOND_FACTOR_ROLES": roles}


@query("house.settings", needs=Permission.SYSTEM_READ, zh="机构设置", en="Settings of the house")
def house_settings() -> list[dict[str, Any]]:
    """Return every setting that may be changed while the desk runs.

    [{name, variable, label, value (what counts now), default, source: environment | house | default}].
    """
    stored = stored_values()
    rows = []
    for name in house_values.NAMES:
        spec = HouseSettings._meta.get_field(name.lower()).spec
        is_fixed, is_stored = house_values.is_from_environment(name), bool(stored.get(name) not in (None, [], ""))
        rows.append(
            {
                "name": name.lower(),
                "variable": f"DAKEHU_{name}",
                "label": bilingual(spec.zh, spec.en),
                "value": house_values.current(name),
                "default": getattr(settings, name) if is_fixed else env.SETTINGS[f"DAKEHU_{name}"][0],
                "source": "environment" if is_fixed else "house" if is_stored else "default",
            }
        )
    return rows


def settings_row() -> HouseSettings | None:
    """Return the stored row for a form, None before the first change."""
    return HouseSettings.objects.first()
