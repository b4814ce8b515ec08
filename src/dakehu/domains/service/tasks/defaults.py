"""The house's default checklists: a start to be edited, not a regulator's rule."""

from dataclasses import dataclass

from dakehu.foundation.base.i18n import Bilingual, bilingual


@dataclass(frozen=True)
class DefaultItem:
    """An item: due a number of working days after the start, after the item at a position."""

    text: Bilingual
    due_days: int
    minutes: int
    after: int | None = None


@dataclass(frozen=True)
class DefaultChecklist:
    """A default checklist."""

    zh: str
    en: str
    note: Bilingual
    items: tuple[DefaultItem, ...]
    tier: str = ""


CHECKLISTS = (
    DefaultChecklist(
        "新客户入户清单",
        "Onboarding",
        bilingual("新客户开立后 10 个工作日内完成", "Within ten working days of the opening"),
        (
            DefaultItem(bilingual("核对身份证件与联系方式", "Check identity document and contacts"), 1, 20),
            DefaultItem(bilingual("完成风险测评与适当性确认", "Take the risk test and confirm suitability"), 3, 40, 1),
            DefaultItem(bilingual("首次需求访谈", "First interview on needs"), 5, 60),
            DefaultItem(bilingual("登记禁忌、偏好与重要日期", "Record taboos, preferences and key dates"), 5, 20, 3),
            DefaultItem(
                bilingual("介绍服务标准并约定下次联系", "Explain the service standard, agree the next contact"),
                10,
                30,
                4,
            ),
        ),
    ),
    DefaultChecklist(
        "年度回顾清单",
        "Annual review",
        bilingual("每年一次，面谈前后完成", "Once a year, around a meeting"),
        (
            DefaultItem(bilingual("整理全年业绩与交易回顾", "Prepare the year's performance and trades"), 3, 60),
            DefaultItem(bilingual("核对适当性与证件有效期", "Check suitability and validity of documents"), 3, 20),
            DefaultItem(bilingual("年度面谈", "Annual meeting"), 10, 90, 1),
            DefaultItem(bilingual("更新需求、目标与偏好", "Update needs, goals and preferences"), 12, 30, 3),
            DefaultItem(bilingual("寄送会谈纪要", "Send the minutes"), 13, 20, 3),
        ),
    ),
    DefaultChecklist(
        "客户升级欢迎清单",
        "Welcome to a higher tier",
        bilingual("客户升级后 5 个工作日内完成", "Within five working days of the upgrade"),
        (
            DefaultItem(bilingual("电话告知新的服务标准", "Call to explain the new standard"), 2, 20),
            DefaultItem(bilingual("安排团队负责人拜访", "Arrange a visit with the team lead"), 5, 30, 1),
        ),
    ),
)
