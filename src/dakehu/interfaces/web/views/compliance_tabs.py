"""The pages of compliance as tabs: each with the permission that opens it."""

from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual

TABS = (
    ("/compliance/wording/", bilingual("用语合规", "Wording"), Permission.COMPLIANCE_READ),
    ("/compliance/conflicts/", bilingual("利益冲突", "Conflicts"), Permission.CONFLICT_DECLARE),
    ("/compliance/privacy/", bilingual("个人信息", "Personal information"), Permission.PRIVACY_OPEN),
    ("/compliance/registrations/", bilingual("执业登记", "Registrations"), Permission.REGISTRATION_READ),
    ("/compliance/consents/", bilingual("同意管理", "Consents"), Permission.COMPLIANCE_READ),
    ("/compliance/self-checks/", bilingual("半年自查", "Self-checks"), Permission.SELF_CHECK_SIGN),
    ("/compliance/aml/", bilingual("反洗钱", "Money laundering"), Permission.AML),
    ("/compliance/readings/", bilingual("查阅与导出", "Reading and export"), Permission.READ_LOG),
    ("/compliance/rules/", bilingual("规则与出处", "Rules"), Permission.COMPLIANCE_READ),
)


def tabs_at(url: str) -> dict[str, Any]:
    """Return the context above the content of a compliance page: the tabs that the reader may open, and the current one."""
    return {
        "tabs": [(address, label) for address, label, needs in TABS if current_actor().may(needs)],
        "here": url,
    }
