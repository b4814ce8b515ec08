"""Change the settings of the house."""

from typing import Any

from django.db import transaction

from dakehu.domains.house import rules
from dakehu.domains.house.models import HouseSettings
from dakehu.domains.team.custom_fields import ROLES
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import house_values
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

FIELDS = tuple(name.lower() for name in house_values.NAMES if name != "SECOND_FACTOR_ROLES")
_ROLES = HouseSettings._meta.get_field("second_factor_roles").spec


@action(
    "house.change_settings",
    needs=Permission.SYSTEM_WRITE,
    zh="修改机构设置",
    en="Change the settings of the house",
    parameters=(
        parameters_of("house.HouseSettings", optional=FIELDS),
        Parameter("second_factor_roles", required=False, choice_set=ROLES, spec=_ROLES),
        Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version")),
    ),
)
def change_settings(*, version: int | None = None, **fields: Any) -> HouseSettings:
    """Store settings that count where the environment sets none; an empty one goes back to the default.

    Raises Refused for a benchmark that is no code of an index, Conflict where somebody else was quicker.
    """
    row = HouseSettings.objects.first() or HouseSettings()
    if row.pk:
        check_version(row, version)
    benchmark = fields.get("benchmark")
    fault = rules.benchmark_fault(benchmark) if benchmark else None
    if fault is not None:
        raise Refused({"benchmark": [fault]})
    for name, value in fields.items():
        texts = name in ("benchmark", "second_factor_roles")
        setattr(row, name, (value or "").strip().upper() if name == "benchmark" else (value or "") if texts else value)
    row.save()
    transaction.on_commit(house_values.forget)
    house_values.forget()
    return row
