"""The purposes for which the data of clients are used: legal basis, whether consent is required, and the effect of a refusal.

Source: PIPL arts. 13 to 16, 23, 24, 28, 29, 39 [V], domain.md 5.1. The contents of each purpose are house defaults [D].
"""

from dataclasses import dataclass
from datetime import date

from dakehu.domains.clients.choices import Purpose
from dakehu.domains.clients.consents import SEPARATE
from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare
from dakehu.foundation.base.i18n import Bilingual, bilingual

PIPL_FROM = date(2021, 11, 1)


@dataclass(frozen=True)
class PurposeOfUse:
    """One purpose: what is done with the data, on which basis, and the consequence if the client refuses."""

    purpose: Purpose
    use: Bilingual
    basis: Bilingual
    after_refusal: Bilingual
    source: str
    needs_consent: bool = True

    @property
    def is_separate(self) -> bool:
        """Whether a separate consent is required, with its own notice and evidence."""
        return self.purpose in SEPARATE


PURPOSES = {
    one.purpose: one
    for one in (
        PurposeOfUse(
            Purpose.SERVICE,
            bilingual(
                "开户、交易、结算通知与日常服务联系", "Account, dealing and settlement notices, contact for service"
            ),
            bilingual("履行合同与法定义务", "Contract and legal duty"),
            bilingual(
                "停止主动的服务联系；法定和合同通知照常",
                "No contact of the firm's own accord; notices that are due still go",
            ),
            "个人信息保护法 13",
            needs_consent=False,
        ),
        PurposeOfUse(
            Purpose.MARKETING,
            bilingual("产品与活动推介", "Offers of products and events"),
            bilingual("同意", "Consent"),
            bilingual("不再推介；服务不受影响", "No offers; service goes on"),
            "个人信息保护法 13、15、16、24",
        ),
        PurposeOfUse(
            Purpose.PROFILING,
            bilingual(
                "按行为和偏好分析，用于服务次序与提示",
                "Analysis of behaviour and preferences, for the order of service",
            ),
            bilingual("同意", "Consent"),
            bilingual("不做画像，按普通次序服务", "No profile; served in the ordinary order"),
            "个人信息保护法 24",
        ),
        PurposeOfUse(
            Purpose.SENSITIVE,
            bilingual(
                "法定要求以外的敏感个人信息，例如健康、家庭",
                "Sensitive data beyond legal duties, such as health and family",
            ),
            bilingual("单独同意", "Separate consent"),
            bilingual("不登记；已登记的停止使用", "Not recorded; what is there is no longer used"),
            "个人信息保护法 28、29",
        ),
        PurposeOfUse(
            Purpose.SHARING,
            bilingual("向其他机构提供，例如产品管理人", "Given to other firms, such as managers of products"),
            bilingual("单独同意", "Separate consent"),
            bilingual("不提供；需要对方办理的业务无法办理", "Not given; what the other firm would do cannot be done"),
            "个人信息保护法 23",
        ),
        PurposeOfUse(
            Purpose.ABROAD,
            bilingual("提供给境外的接收方", "Given to recipients abroad"),
            bilingual("单独同意", "Separate consent"),
            bilingual("不提供", "Not given"),
            "个人信息保护法 39",
        ),
    )
}

declare(
    RuleSource(
        "consents.withdrawal",
        "撤回同意与给予同意一样方便，撤回立即生效，不影响撤回前的处理。",
        "A consent is withdrawn as easily as given; it counts at once and does not undo the past.",
        "个人信息保护法 15",
        "V",
        PIPL_FROM,
    ),
    RuleSource(
        "consents.no_refusal_of_service",
        "不因客户不同意非必要的处理而拒绝服务。",
        "Service is not refused because a client does not agree to what is not necessary.",
        "个人信息保护法 16",
        "V",
        PIPL_FROM,
    ),
    RuleSource(
        "consents.separate",
        "敏感个人信息、对外提供和提供至境外须取得单独同意，写明告知文本版本和凭证。",
        "Sensitive data, sharing and transfer abroad need a separate consent with the version of its notice and evidence.",
        "个人信息保护法 23、29、39",
        "V",
        PIPL_FROM,
    ),
)
