"""Actions on risk data of securities."""

from typing import Any

from dakehu.domains.risk.models import SecurityProfile
from dakehu.domains.risk.parameters import PROFILE, VERSION
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Fields


@action(
    "risk.add_security_profile",
    needs=Permission.LIMIT_WRITE,
    zh="登记证券风险资料",
    en="Add a security profile",
    parameters=(Fields("risk.SecurityProfile", required=("security",), new=True),),
)
def add_security_profile(*, security: Any, **values: Any) -> SecurityProfile:
    """Add industry and daily turnover of a security. Raises Refused for one that already has them."""
    if SecurityProfile.objects.filter(security=security).exists():
        raise refusal("security", "这只证券的资料已登记，请修改。", "This security has a profile; change it.")
    row = SecurityProfile(security=security, **{name: value for name, value in values.items() if value is not None})
    row.save()
    return row


@action(
    "risk.change_security_profile",
    needs=Permission.LIMIT_WRITE,
    zh="修改证券风险资料",
    en="Change a security profile",
    parameters=(PROFILE, VERSION, Fields("risk.SecurityProfile", without=("security",))),
)
def change_security_profile(*, security_profile: int, version: int | None = None, **values: Any) -> SecurityProfile:
    """Change industry and daily turnover of a security."""
    row: SecurityProfile | None = SecurityProfile.objects.filter(pk=security_profile).first()
    if row is None:
        raise NotFound(bilingual("证券风险资料", "security profile"))
    check_version(row, version)
    for name, value in values.items():
        column: Any = SecurityProfile._meta.get_field(name)
        setattr(row, name, column.get_default() if value is None and not column.null else value)
    row.save()
    return row
