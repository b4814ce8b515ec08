"""Change the settings of the firm, and start its nightly run."""

from typing import Any

from django.db import transaction

from dakehu.domains.firm import rules
from dakehu.domains.firm.models import FirmSettings
from dakehu.domains.team.custom_fields import ROLES
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs import queue
from dakehu.foundation.nightly import run as night
from dakehu.foundation.nightly import schedule
from dakehu.foundation.records.recorded import add_audit_note
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
    """Store settings that apply unless the environment sets them; an empty one is reset to the default.

    Raises Refused for an invalid benchmark code and an invalid time, Conflict if another user changed them first.
    """
    row = FirmSettings.objects.first() or FirmSettings()
    if row.pk:
        check_version(row, version)
    benchmark = fields.get("benchmark")
    fault = rules.benchmark_fault(benchmark) if benchmark else None
    if fault is not None:
        raise Refused({"benchmark": [fault]})
    nightly_at = (fields.get("nightly_at") or "").strip().replace("：", ":")
    if nightly_at:
        nightly_at = nightly_at.zfill(5)
        fault = rules.time_fault(nightly_at)
        if fault is not None:
            raise Refused({"nightly_at": [fault]})
    if "nightly_at" in fields:
        fields["nightly_at"] = nightly_at
    for name, value in fields.items():
        texts = name in ("benchmark", "nightly_at", "second_factor_roles")
        setattr(row, name, (value or "").strip().upper() if name == "benchmark" else (value or "") if texts else value)
    row.save()
    transaction.on_commit(firm_settings.forget)
    firm_settings.forget()
    return row


@action("firm.start_nightly_run", needs=Permission.SYSTEM_WRITE, zh="立即运行每晚处理", en="Start the nightly run")
def start_nightly_run() -> dict[str, Any]:
    """Start the nightly run in the background; returns {job}. Raises Refused while one is running or queued."""
    if night.lock().holder() is not None or schedule.is_queued():
        raise Refused(
            bilingual(
                "每晚处理正在进行，请等它结束后再运行。", "A nightly run is going on; start it when it has ended."
            )
        )
    asking = current_actor()
    with acting_as(system_actor(f"nightly run, started by {asking.name}", asking.door)):
        number = queue.start(night.JOB, origin="page")
    add_audit_note(job=number)
    return {"job": number}
