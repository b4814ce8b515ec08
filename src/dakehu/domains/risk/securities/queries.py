"""Queries of risk data of securities."""

from typing import Any

from dakehu.domains.risk.models import SecurityProfile
from dakehu.domains.risk.parameters import FILTERS, ORDER
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query


@query(
    "risk.security_profiles",
    needs=Permission.RISK_READ,
    zh="证券风险资料列表",
    en="Security profiles",
    parameters=(FILTERS, ORDER),
)
def security_profiles(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return industry and daily turnover of securities."""
    return filter_rows(SecurityProfile.objects.all(), filters or {}, order or "industry")
