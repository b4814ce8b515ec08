"""Actions on tendencies: record a client's remark on one."""

from datetime import date
from typing import Any

from dakehu.domains.care.models import TendencyRemark
from dakehu.domains.clients.choices import Purpose
from dakehu.domains.clients.consents import has_consent
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.parameters import parameters_of


@action(
    "care.record_tendency_remark",
    needs=Permission.TENDENCIES,
    zh="登记客户对倾向的说明",
    en="Record a client's remark on a tendency",
    parameters=parameters_of("care.TendencyRemark", "client", "tendency", "text", optional=("said_on",)),
)
def record_tendency_remark(*, client: Any, tendency: str, text: str, said_on: date | None = None) -> TendencyRemark:
    """Record a client's remark on a tendency. Raises Refused without consent to profiling."""
    if not has_consent(client.pk, Purpose.PROFILING):
        raise refusal("client", "客户没有同意画像分析。", "The client has not consented to profiling.")
    row = TendencyRemark(client=client, tendency=tendency, text=text, said_on=said_on or clock.today())
    row.save()
    return row
