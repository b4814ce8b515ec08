"""Facts for the tests of the rule language, one of every kind."""

from dakehu.foundation.expressions import CheckedRule, ExpressionError, compile_rule
from dakehu.foundation.schema.facts import Fact

GRADES = (("C1", "保守型", "Conservative"), ("C4", "积极型", "Growth"), ("C5", "激进型", "Aggressive"))
FACTS = {
    fact.name: fact
    for fact in (
        Fact("total_assets", "总资产", "Total assets", "money", ("资产",)),
        Fact("assets_20", "20日日均总资产", "20-day average assets", "money"),
        Fact("debt", "两融负债", "Margin debt", "money"),
        Fact("days_since_contact", "距上次联系", "Days since last contact", "days"),
        Fact("contact_every_days", "约定联系间隔", "Agreed days between contacts", "days"),
        Fact("logins", "近30天登录次数", "Logins in 30 days", "number"),
        Fact("cash_share", "现金占比", "Cash share", "share"),
        Fact("margin_ratio", "维持担保比例", "Maintenance margin ratio", "share"),
        Fact("warn_line", "警戒线", "Warning line", "share"),
        Fact("due", "合约到期日", "Contract end", "day"),
        Fact("opened", "开户日期", "Opened on", "day"),
        Fact("grade", "风险等级", "Risk grade", "choice", (), GRADES),
        Fact("city", "城市", "City", "text"),
        Fact("closed", "已销户", "Closed", "flag"),
        Fact("transfer", "融资和融券余额", "Financing and lending", "money", ("是否或有",)),
    )
}


def rule(text: str) -> CheckedRule:
    return compile_rule(text, FACTS)


def error_of(text: str) -> ExpressionError:
    """Return the error with which a text is refused."""
    try:
        rule(text)
    except ExpressionError as error:
        return error
    raise AssertionError(f"not refused: {text}")
