"""Read the settings of the firm and the record of its nightly runs."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError

from dakehu.domains.firm.models import FirmSettings
from dakehu.foundation.access.actor import serving_strangers
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import env, firm_settings
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.nightly import run as night
from dakehu.foundation.nightly import schedule
from dakehu.foundation.schema import nightly
from dakehu.foundation.schema.fields import FieldSpec, spec_of
from dakehu.foundation.schema.parameters import Parameter

SHOWN, MOST = 7, 60  # nightly runs
LIMIT = Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "Rows"))


@serving_strangers("read the settings of the firm")
def stored_values() -> dict[str, Any]:
    """Return {name of the setting: stored value}, without empty ones except SECOND_FACTOR_ROLES; {} before the first migration."""
    try:
        row = FirmSettings.objects.first()
    except DatabaseError:
        return {}
    if row is None:
        return {}
    values = {name: getattr(row, name.lower()) for name in firm_settings.NAMES}
    roles = [role for role in str(values.pop("SECOND_FACTOR_ROLES")).split(",") if role]
    return {**{name: value for name, value in values.items() if value not in (None, "")}, "SECOND_FACTOR_ROLES": roles}


@query("firm.settings", needs=Permission.SYSTEM_READ, zh="机构设置", en="Settings of the firm")
def firm_settings_rows() -> list[dict[str, Any]]:
    """Return every setting that may be changed at runtime.

    [{name, variable, label, value (in force now), default, source: environment | firm | default}].
    """
    stored = stored_values()
    rows = []
    for name in firm_settings.NAMES:
        spec = spec_of(FirmSettings._meta.get_field(name.lower()))
        is_fixed, is_stored = firm_settings.is_from_environment(name), bool(stored.get(name) not in (None, [], ""))
        rows.append(
            {
                "name": name.lower(),
                "variable": f"DAKEHU_{name}",
                "label": bilingual(spec.zh, spec.en),
                "value": firm_settings.current(name),
                "default": getattr(settings, name) if is_fixed else env.SETTINGS[f"DAKEHU_{name}"][0],
                "source": "environment" if is_fixed else "firm" if is_stored else "default",
            }
        )
    return rows


def settings_row() -> FirmSettings | None:
    """Return the stored row for a form, None before the first change."""
    return FirmSettings.objects.first()


@query("firm.nightly_runs", needs=Permission.SYSTEM_READ, zh="每晚处理", en="Nightly runs", parameters=(LIMIT,))
def nightly_runs(*, limit: int | None = None) -> dict[str, Any]:
    """Return the last nightly runs, newest first, with their schedule and folder.

    Returns {at (time of the day, "" if only started manually), folder, is_running, is_waiting (files are in the
    folder), runs: [{run, day, origin, started_at, ended_at, state, seconds, steps: [{step, label, state, seconds, peak_mb,
    result, error}], missing: [{zh, en}]}]}.
    """
    folder, at = night.folder(), schedule.scheduled_time()
    return {
        "at": "" if at is None else at.isoformat("minutes"),
        "folder": str(folder),
        "is_running": night.lock().holder() is not None,
        "is_waiting": any(step.is_waiting is not None and step.is_waiting(folder) for step in nightly.steps()),
        "runs": night.recent_runs(min(limit or SHOWN, MOST)),
    }
