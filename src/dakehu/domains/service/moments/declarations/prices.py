"""Moments of markets, accounts and prices: M13 to M20, M26, M39."""

from dakehu.domains.ledger.facts.subjects import HOLDING, REMINDER_LINE
from dakehu.domains.service.moments.types import MomentType, declare
from dakehu.foundation.base.i18n import bilingual

CARE = ("reached", "explained", "meeting", "no_answer", "message_left", "escalated", "no_action")
INFORMED = ("explained", "notice_sent", "reached", "no_answer", "no_action")
SHOCK = bilingual(
    "{client}您好，今天沪深300涨跌幅为{index_return}，您的账户按持仓估算变动约{account_return}（仅为收盘估值）。我打电话是想听听您现在的想法，不推荐任何买卖。"
    "您之前登记的资金用途和期限有变化吗？近期有用钱安排吗？市场短期走势我们无法判断，是否调整由您自行决定；如果您愿意，"
    "我们可以一起核对仓位和可承受的损失是否仍与您的测评结果一致。",
    "Dear {client}, the CSI 300 moved {index_return} today and your account by about {account_return} by its holdings (a valuation at the "
    "close only). I call to hear what you think and recommend no dealing. Have the purpose and term you told us changed; will you need "
    "money soon? We cannot judge where the market goes in the short run, and whether to change anything is for you to decide; if you "
    "like we can check together whether positions and the loss you can bear still agree with your risk test.",
)

declare(
    MomentType(
        "M13",
        "市场急跌",
        "Market shock",
        rule="(沪深300当日涨跌幅 <= -3% 或 中证1000当日涨跌幅 <= -4% 或 沪深300近5日涨跌幅 <= -8%) 且 证券市值 > 0",
        priority=1,
        deadline="T+1",
        shows=("account_return",),
        action=bilingual(
            "按关怀名单致电：听、讲事实、核对计划，不预测、不推荐。",
            "Call by the care list: listen, give facts, check the plan; no forecast and no recommendation.",
        ),
        wording=SHOCK,
        feedback=CARE,
        lapses=False,
        escalates=(),
    ),
    MomentType(
        "M14",
        "账户急跌",
        "Account shock",
        rule="账户当日收益率 <= -5% 或 (账户当日收益率 <= -2 * 近60日波动率 且 账户当日亏损 >= 1万)",
        priority=1,
        deadline="T+1",
        shows=("index_return", "total_assets"),
        action=bilingual("关怀致电。", "A call of care."),
        wording=SHOCK,
        feedback=CARE,
        lapses=False,
    ),
    MomentType(
        "M15",
        "持仓个股大跌",
        "Holding fell sharply",
        subject=HOLDING,
        rule="当日涨跌幅 <= -7% 且 持仓占比 >= 10%",
        priority=2,
        deadline="T+1",
        shows=("held_value",),
        action=bilingual("告知事实并附公告链接。", "Give the facts and the link of the announcement."),
        feedback=INFORMED,
        lapses=False,
        escalates=(2, 4),
    ),
    MomentType(
        "M16",
        "个股跌停或连续下跌",
        "Limit down or falling for days",
        subject=HOLDING,
        rule="跌停 或 近3日涨跌幅 <= -15%",
        priority=2,
        deadline="T+0 20:00",
        shows=("held_value", "held_weight"),
        action=bilingual("告知流动性情况。", "Tell about liquidity."),
        feedback=INFORMED,
        escalates=(2, 4),
    ),
    MomentType(
        "M17",
        "持仓大涨",
        "Holding rose sharply",
        subject=HOLDING,
        rule="持仓占比 >= 10% 且 (当日涨跌幅 >= 9.5% 或 近5日涨跌幅 >= 25%)",
        priority=3,
        deadline="T+2",
        action=bilingual("提醒集中度。", "Remind of concentration."),
        feedback=INFORMED,
        escalates=(),
    ),
    MomentType(
        "M18",
        "账户回撤超限",
        "Drawdown beyond the limit",
        rule="近60日回撤 >= 回撤上限",
        priority=2,
        deadline="T+2",
        shows=("risk_level",),
        action=bilingual("复核目标与风险匹配。", "Review aims and fit of risk."),
        feedback=CARE,
        escalates=(2, 4),
    ),
    MomentType(
        "M19",
        "集中度超限",
        "Concentration beyond the limit",
        rule="集中超限持续5日 且 (最大持仓占比 >= 最大持仓上限 或 持仓集中度 >= 集中度上限)",
        priority=2,
        deadline="T+5",
        action=bilingual("说明集中持仓的影响。", "Explain what concentration means."),
        feedback=INFORMED,
        escalates=(2, 4),
    ),
    MomentType(
        "M20",
        "止损止盈提醒线触及",
        "Line set by the client reached",
        subject=REMINDER_LINE,
        rule="触及提醒线",
        priority=2,
        deadline="T+0 20:00",
        shows=("line_close", "line_level"),
        action=bilingual("告知客户：您设定的提醒线已触及。", "Tell the client that the line set has been reached."),
        wording=bilingual(
            "您好，您设定的提醒线已触及。这是对您所设条件的提示，不构成买卖建议。",
            "A line that you set has been reached. This is your own condition and is no advice to deal.",
        ),
        feedback=("notice_sent", "reached", "no_answer"),
        escalates=(2, 4),
    ),
    MomentType(
        "M26",
        "产品净值异常",
        "Product value abnormal",
        subject=HOLDING,
        rule="净值低于预警线 或 产品回撤 >= 产品回撤上限",
        priority=1,
        deadline="T+1",
        shows=("product_risk", "held_value"),
        action=bilingual("如实披露净值情况。", "Disclose the value as it is."),
        feedback=INFORMED,
    ),
    MomentType(
        "M39",
        "过度交易",
        "Trading too much",
        rule="年换手率 >= 20 或 费用率 >= 3%",
        priority=3,
        deadline="T+10",
        action=bilingual("披露交易成本，不鼓励交易。", "Disclose what dealing costs; encourage none."),
        feedback=INFORMED,
        escalates=(),
    ),
)
