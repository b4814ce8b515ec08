"""Change the settings of the firm."""

from typing import Any

from django.db import transaction

from dakehu.domains.firm import rules
from dakehu.domains.firm.models import FirmSettings
from dakehu.domains.team.custom_fields import ROLES
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.schema.fields import FieldSpec, spec_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

FIELDS = tuple(name.lower() for name in firm_settings.NAMES if name != "SECOND_FACTOR_ROLES")
_ROLES = spec_of(FirmSettings._meta.get_field("second_factor_roles"))


@action(
    "firm.change_settings",
    needs=Permission.SYSTEM_WRITE,
    zh="修改机构设置",
    en="Change the settings of the firm",
    parameters=(
        parameters_of("firm.FirmSettings", optional=FIELDS),
        Parameter("second_factor_roles", required=False, choice_set=ROLES, spec=_ROLES),
        Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version")),
    ),
)
def change_settings(*, version: int | None = None, **fields: Any) -> FirmSettings:
    """Store settings that count where the environment sets none; an empty one goes back to the default.

    Raises Refused for a benchmark that is no code of an index, Conflict where somebody else was quicker.
    """
    row = FirmSettings.objects.first() or FirmSettings()
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
    transaction.on_commit(firm_settings.forget)
    firm_settings.forget()
    return row
