"""The predefined dashboards: one per role, as definitions like those arranged by users."""

from dataclasses import dataclass
from typing import Any

from dakehu.domains.insight.choices import CardShape, CardSize
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.base.i18n import Bilingual, bilingual, language

FIGURE, LINE, BAR, PIE, HEAT, TABLE, _, _ = (shape.value for shape in CardShape)
THIRD, HALF, FULL = (size.value for size in CardSize)


@dataclass(frozen=True)
class ReadyCard:
    """A card with its title in both languages; `text` for a text card."""

    shape: str
    size: str
    title: Bilingual
    pivot: dict[str, Any] | None = None
    text: Bilingual | None = None


@dataclass(frozen=True)
class ReadyDashboard:
    """A dashboard of a role."""

    key: str
    title: Bilingual
    cards: tuple[ReadyCard, ...]

    def definition(self) -> dict[str, Any]:
        """Return it as a definition, its texts in the reader's language."""
        cards = []
        for card in self.cards:
            one: dict[str, Any] = {"shape": card.shape, "size": card.size, "title": card.title.in_(language())}
            if card.text is not None:
                one["text"] = card.text.in_(language())
            cards.append(one if card.pivot is None else {**one, "pivot": card.pivot})
        return {"cards": cards}


def _card(shape: str, size: str, zh: str, en: str, rows: str = "", **pivot: Any) -> ReadyCard:
    return ReadyCard(shape, size, bilingual(zh, en), {"rows": rows, **pivot} if rows else None)


CLIENTS = _card(FIGURE, THIRD, "客户数", "Clients", "status")
NEVER = _card(FIGURE, THIRD, "从未联系", "Never contacted", "status", filters={"last_contact_on.empty": True})
UNTESTED = _card(FIGURE, THIRD, "未测评", "Without a risk test", "status", filters={"risk_level.empty": True})
RISK = _card(PIE, HALF, "风险等级", "Risk levels", "risk_level")
BANDS = _card(BAR, HALF, "资产规模分布", "Clients by assets", "assets")
OPENED = _card(LINE, HALF, "开户趋势", "Accounts opened", "opened_on:quarter")
CONTACT = _card(BAR, HALF, "最近联系月份", "Month of the last contact", "last_contact_on:month")
TIERS = _card(BAR, HALF, "客户级别", "Tiers", "tier__code")
READY = (
    ReadyDashboard(
        RoleName.MANAGER.value,
        bilingual("我的客户", "My clients"),
        (
            CLIENTS,
            _card(FIGURE, THIRD, "资产合计", "Assets", "status", measure="sum:assets"),
            NEVER,
            RISK,
            _card(TABLE, HALF, "资产最多的客户类别", "Segments by assets", "segment", measure="sum:assets", top=8),
            TIERS,
            CONTACT,
            _card(BAR, FULL, "资产规模分布", "Clients by assets", "assets"),
        ),
    ),
    ReadyDashboard(
        RoleName.LEAD.value,
        bilingual("团队总览", "The team"),
        (
            CLIENTS,
            _card(FIGURE, THIRD, "资产合计", "Assets", "status", measure="sum:assets"),
            NEVER,
            _card(BAR, HALF, "客户经理资产", "Assets by manager", "manager", measure="sum:assets", top=12),
            _card(HEAT, HALF, "客户经理 × 风险等级", "Managers × risk levels", "manager", columns="risk_level"),
            TIERS,
            CONTACT,
            _card(TABLE, FULL, "营业部 × 客户级别", "Branches × tiers", "branch", columns="tier__code"),
        ),
    ),
    ReadyDashboard(
        RoleName.COMPLIANCE.value,
        bilingual("适当性与信息完整", "Suitability and completeness"),
        (
            CLIENTS,
            UNTESTED,
            _card(
                FIGURE,
                THIRD,
                "最低类别客户",
                "Clients of the lowest category",
                "status",
                filters={"is_risk_minimum": True},
            ),
            _card(
                FIGURE,
                THIRD,
                "证件有效期未登记",
                "Without an expiry of the ID",
                "status",
                filters={"id_expires_on.empty": True},
            ),
            _card(
                FIGURE,
                THIRD,
                "投资者类别未定",
                "Without an investor class",
                "status",
                filters={"investor_class.empty": True},
            ),
            NEVER,
            RISK,
            _card(BAR, HALF, "测评到期季度", "Risk tests by quarter of expiry", "risk_valid_to:quarter"),
            _card(
                HEAT,
                FULL,
                "投资者类别 × 风险等级",
                "Investor classes × risk levels",
                "investor_class",
                columns="risk_level",
            ),
            _card(
                BAR,
                FULL,
                "证件到期季度（已登记的）",
                "ID documents by quarter of expiry, as far as known",
                "id_expires_on:quarter",
                filters={"id_expires_on.filled": True},
            ),
            _card(TABLE, FULL, "营业部 × 客户状态", "Branches × status", "branch", columns="status"),
        ),
    ),
    ReadyDashboard(
        RoleName.ANALYST.value,
        bilingual("客户结构", "Structure of the book"),
        (
            CLIENTS,
            NEVER,
            UNTESTED,
            RISK,
            BANDS,
            OPENED,
            _card(
                HEAT,
                HALF,
                "级别 × 风险等级（行占比）",
                "Tiers × risk levels (share of row)",
                "tier__code",
                columns="risk_level",
                measure="row_share",
            ),
            _card(TABLE, FULL, "营业部 × 资产区间", "Branches × bands of assets", "branch", columns="assets"),
        ),
    ),
    ReadyDashboard(
        RoleName.ADMIN.value,
        bilingual("机构与覆盖", "Branches and coverage"),
        (
            CLIENTS,
            _card(FIGURE, THIRD, "营业部数", "Branches with clients", "status", measure="distinct:branch"),
            _card(FIGURE, THIRD, "服务人员数", "Managers with clients", "status", measure="distinct:manager"),
            _card(BAR, HALF, "营业部客户数", "Clients by branch", "branch", top=12),
            _card(PIE, HALF, "客户类型", "Kinds of clients", "kind"),
            OPENED,
            _card(TABLE, HALF, "团队 × 客户状态", "Teams × status", "team", columns="status"),
        ),
    ),
)


def find_ready(key: str) -> ReadyDashboard | None:
    """Return a predefined dashboard by its key, the name of its role."""
    return next((one for one in READY if one.key == key), None)


def ready_for(role: str) -> ReadyDashboard:
    """Return the dashboard of a role; other roles get the analyst's, which shows no amounts."""
    return find_ready(role) or READY[3]
