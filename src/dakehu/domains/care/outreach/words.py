"""The default scripts of a call, what not to say, and the sentences of list, sheet and report.

Source: domain.md 8.3 and 8.4 [D]. The firm's own versions (OutreachScript) replace these texts; every one passes the
wording check.
"""

import re
from typing import Any

from dakehu.domains.service.shocks.words import COURSE, DISTRESS, ELDER, index_name, percent
from dakehu.foundation.base.i18n import bilingual, language

PURPOSE = bilingual("急跌致电", "Call after a shock")
NEXT = bilingual("急跌致电后的下次联系", "Next contact after the call on a shock")
CALL_BACK = bilingual("按约定再次致电客户", "Call the client back as agreed")
NOT_STATED = bilingual("（未登记）", "(not recorded)")
PLACEHOLDER = re.compile(r"\{(\w*)\}")

DEFAULTS = {
    "opening": bilingual(
        "{client}您好，我是{staff}。今天{index}下跌{fall}，您的账户按持仓估算变动约{loss}元（{change}，仅为收盘估值）。我打电话是想听听您现在的"
        "想法，不推荐任何买卖。您之前登记的资金用途是{goal}，期限{term}，这些有变化吗？近期有用钱安排吗？市场短期走势我们无法判断，"
        "是否调整由您自行决定；如果您愿意，我们可以一起核对仓位和可承受的损失是否仍与您的测评结果一致。",
        "Dear {client}, this is {staff}. The {index} fell by {fall} today; your account moved by about CNY {loss} ({change}) by its "
        "holdings, a valuation at the close only. I call to hear what you think and recommend no dealing. You told us that the money "
        "is for {goal}, over {term}: has that changed, will you need money soon? We cannot judge where the market goes in the short "
        "run; whether to change anything is for you to decide. If you like, we can check together whether positions and the loss you "
        "can bear still agree with your risk test.",
    ),
    "account": bilingual(
        "{client}您好，我是{staff}。今天您的账户按持仓估算变动约{loss}元（{change}，仅为收盘估值）。我打电话是想听听您现在的想法，不推荐任何"
        "买卖。您之前登记的资金用途是{goal}，期限{term}，这些有变化吗？近期有用钱安排吗？后续涨跌我们无法判断，是否调整由您自行决定；"
        "如果您愿意，我们可以一起核对仓位和可承受的损失是否仍与您的测评结果一致。",
        "Dear {client}, this is {staff}. Your account moved by about CNY {loss} ({change}) today by its holdings, a valuation at the "
        "close only. I call to hear what you think and recommend no dealing. You told us that the money is for {goal}, over {term}: "
        "has that changed, will you need money soon? We cannot judge where prices go; whether to change anything is for you to decide. "
        "If you like, we can check together whether positions and the loss you can bear still agree with your risk test.",
    ),
    "margin": bilingual(
        "{client}您好，我是{staff}。截至收盘，您的信用账户维持担保比例为{ratio}，低于合同约定的{line}。按合同，请您在约定时限前自行决定"
        "追加担保物或偿还部分负债；逾期未达到约定比例的，公司可能按合同处分担保物。我可以为您说明计算方式和办理入口，具体操作由您本人"
        "决定并完成。投资有风险。",
        "Dear {client}, this is {staff}. At the close the maintenance ratio of your margin account was {ratio}, below the {line} of "
        "your contract. By the contract, please decide before its deadline whether to add collateral or repay a part of the debt; the "
        "firm may realise collateral by the contract if the ratio is not reached in time. I can explain how it is worked out and where "
        "to do it; you decide and do it yourself. Investing has risks.",
    ),
    "distress": DISTRESS,
    "elder": ELDER,
    "closing": bilingual(
        "谢谢您和我说这些。{client}，今天谈到的内容我会登记，我们约好下次联系的日期；这之前您有任何想法或用钱安排，都可以随时联系我。"
        "账户怎么安排，由您自己决定。",
        "Thank you for telling me, {client}. I write down what we spoke of, and we agree on the day of our next talk; call me before "
        "it whenever you have a thought or need money. What to do with the account is for you to decide.",
    ),
}
PLACEHOLDERS = frozenset(
    {"client", "staff", "index", "fall", "change", "loss", "goal", "term", "ratio", "line"},
)
NOT_TO_SAY = (
    bilingual("不预测涨跌，不说“快到底了”“马上反弹”。", "No forecast: nothing about a bottom or a rebound."),
    bilingual("不承诺收益，不说能把亏损补回来。", "No promise of returns, nor that losses will be made good."),
    bilingual(
        "不劝买、不劝卖、不劝“拿住”；客户要卖，告知办理方式。",
        "Do not press to buy, sell or hold; tell a client who wants to sell how it is done.",
    ),
    bilingual(
        "不与其他客户比较，不评价客户过去的决定。", "No comparison with other clients, no verdict on past decisions."
    ),
    bilingual(
        "不介绍任何产品：致电后五个交易日内不得营销。", "Mention no product: no marketing for five trading days."
    ),
    bilingual(
        "不给心理判断或诊断；听到自伤的话，停止业务，立即上报。",
        "No psychological verdict; at words of self-harm stop the business and report at once.",
    ),
)
WHAT_IT_SHOWS = bilingual(
    "同一优先档内的致电先后由随机顺序（种子已留存）决定，因此两组起初相似；比较按“排在首日”计算，不论是否接通。差异及其区间说明的是"
    "“首日致电”与“较晚致电”之间的差别。",
    "Within one class of priority the order was drawn at random (the seed is on record), so both groups began alike; the comparison "
    "counts who was drawn for the first day, reached or not. Difference and interval speak of a call on the first day against a "
    "later one.",
)
WHAT_IT_DOES_NOT = (
    bilingual(
        "不说明“打电话”与“完全不打”的差别：较晚的一组之后也会接到电话。",
        "Not what a call does against none at all: the others are called too, later.",
    ),
    bilingual(
        "接通与未接通的客户不可比：能接通的人本来就不同。",
        "Reached and not reached cannot be compared: who can be reached differs from the start.",
    ),
    bilingual(
        "不同优先档、不同团队之间不可比；不得用于评价个人。",
        "Classes of priority and teams cannot be compared; it is no measure of a person.",
    ),
    bilingual(
        "净流出可能另有原因，也不等于客户不满意。",
        "Money may leave for other reasons, and that is no verdict on service.",
    ),
)
VERDICTS = {
    "too_few": bilingual("样本太少，无法判断（每组至少 {n} 位）。", "Too few to tell (at least {n} in each group)."),
    "fewer": bilingual("首日致电的客户净流出较少。", "Fewer of those called on the first day had outflow."),
    "more": bilingual("首日致电的客户净流出较多。", "More of those called on the first day had outflow."),
    "none": bilingual("没有看出差别。", "No difference is seen."),
}


def fill_script(text: str, values: dict[str, Any]) -> str:
    """Return a script with its placeholders filled; one without a value is filled with "not recorded"."""
    return PLACEHOLDER.sub(lambda match: str(values.get(match[1]) or NOT_STATED), text)


def unknown_placeholders(text: str) -> list[str]:
    """Return the unknown placeholders of a text, in order."""
    return [name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def headline(cause: str, index: str, days: int, change: float | None) -> str:
    """Return the event as a sentence."""
    if cause == "account" or change is None:
        return str(bilingual("有客户账户当日急跌，市场未达急跌标准。", "Accounts fell sharply; the market did not."))
    span = bilingual("当日", "in a day") if days == 1 else bilingual("5 个交易日", "in 5 trading days")
    said = bilingual(
        "{index} {span}下跌 {fall}",
        "The {index} fell by {fall} {span}",
        index=index_name(index),
        span=span,
        fall=percent(-change),
    )
    return str(said)


def note_headings() -> str:
    """Return the headings of a call's note, one a line, without that of the next contact, which has its own field."""
    return "\n".join(f"{part}{': ' if language() == 'en' else '：'}" for part in COURSE[:-1])


def money(value: Any) -> str:
    """Return an amount in yuan without fen, with its sign; "" if unknown."""
    return "" if value is None else f"{float(value):,.0f}"


def share(value: float | None, places: int = 1) -> str:
    """Return a share as a percentage, "–" if unknown."""
    return "–" if value is None else f"{value * 100:.{places}f}%"
