"""Texts of a call after a fall of the market: the course of the call, the scripts, and why a client is on the list."""

from typing import Any

from dakehu.domains.service.shocks import rules, signs
from dakehu.domains.service.shocks.store import Shock
from dakehu.foundation.base.i18n import Bilingual, bilingual, language

INDEX_NAMES = {
    "000300.SH": bilingual("沪深300", "CSI 300"),
    "000852.SH": bilingual("中证1000", "CSI 1000"),
}
PURPOSE = bilingual("市场急跌关怀", "Care after a market fall")
# The course of a call; each part is a heading of the note.
COURSE = (
    bilingual("倾听", "Listened"),
    bilingual("事实（指数、账户，不预测）", "Facts (index, account, no forecast)"),
    bilingual("计划（目标、期限、用钱）", "Plan (goal, term, cash need)"),
    bilingual("客户能掌控的", "In the client's control"),
    bilingual("客户决定", "The client decides"),
    bilingual("下次联系", "Next contact"),
)
CALL = bilingual(
    "{client}您好，今天{index}下跌{fall}，您的账户按持仓估算变动约{change}（仅为收盘估值）。我打电话是想听听您现在的想法，"
    "不推荐任何买卖。您之前登记的资金用途和期限有变化吗？近期有用钱安排吗？市场短期走势我们无法判断，是否调整由您自行决定；"
    "如果您愿意，我们可以一起核对仓位和可承受的损失是否仍与您的测评结果一致。",
    "Dear {client}, the {index} fell by {fall} today; your account moved by about {change} by its holdings (a valuation at the "
    "close only). I call to hear what you think and recommend no dealing. Have the purpose and term you told us changed, will you "
    "need money soon? We cannot judge where the market goes in the short run; whether to change anything is for you to decide. If "
    "you like, we can check together whether positions and the loss you can bear still agree with your risk test.",
)
DISTRESS = bilingual(
    "我理解看到亏损会很难受，这种感受很正常。我们先不急着做决定，您可以把担心的事写下来，明天上午我再给您回电。如果您已经决定卖出，"
    "这是您的权利，我会告诉您办理方式和费用。我不能替您做决定，也不能对后续涨跌作出判断。",
    "I understand that losses are hard to see, and that is natural. Nothing has to be decided now; you may write down what worries "
    "you, and I call back tomorrow morning. If you have decided to sell, that is your right: I tell you how and what it costs. I "
    "cannot decide for you, nor judge where prices go.",
)
ELDER = bilingual(
    "最近市场波动比较大，提醒您：公司员工不会向您索要密码、验证码，也不会让您把钱转到个人账户；凡是声称保本高收益的，"
    "请先拨打公司客服核实。您的账户有任何不清楚的地方，可以请家人一起来营业部，我们当面为您说明。",
    "Markets move a lot these days. Please mind: our staff never ask for passwords or codes, nor for money to a personal account; "
    "if anybody asks you for money or praises an investment, call our service line first. Bring your family to the branch if anything "
    "about your account is unclear; we explain it in person.",
)
STOP = bilingual(
    "客户流露自伤念头、借钱或赌博、家庭冲突、或提到“老师”“群”“转账给个人”：停止业务，立即上报主管。",
    "Self-harm, borrowed money, gambling, family conflict, or a “teacher”, a chat group or a transfer to a person: stop, and tell the lead at once.",
)


def index_name(name: str) -> Bilingual | str:
    """Return the name of an index."""
    return INDEX_NAMES.get(name, name)


def percent(value: float | None) -> str:
    """Return a return as text: -3.2%; a blank if unknown."""
    return "＿＿" if value is None else f"{value * 100:.1f}%"


def headline(shock: Shock) -> str:
    """Return the event as a sentence."""
    span = (
        bilingual("当日下跌 {fall}", "fell by {fall}")
        if shock.days == 1
        else bilingual("5 个交易日下跌 {fall}", "fell by {fall} in 5 trading days")
    )
    said = bilingual(
        "{index} " + span.zh, "The {index} " + span.en, index=index_name(shock.index), fall=percent(-shock.change)
    )
    return str(said)


def priority_reason(row: dict[str, Any]) -> str:
    """Return the reasons for a client's rank: score parts from the largest, declared signs, unknown parts."""
    parts = sorted(((row[name], name) for name in rules.WEIGHTS if row[name]), reverse=True)
    comma = ", " if language() == "en" else "，"
    named = comma.join(f"{rules.PART_NAMES[name]} {points:.0f}" for points, name in parts)
    missing = comma.join(str(rules.PART_NAMES[name]) for name in row["missing"])
    showed = comma.join(str(signs.find_text(name) or name) for name in row.get("signs") or ())
    said = [named, showed] + ([str(bilingual("缺数据：{names}", "no data: {names}", names=missing))] if missing else [])
    return (" · ").join(one for one in said if one)


def score(row: dict[str, Any]) -> str:
    """Return the score of a client as text."""
    return str(bilingual("得分 {score}", "score {score}", score=f"{row['score']:.0f}"))


def scripts(shock: Shock, row: dict[str, Any], client: str) -> list[dict[str, str]]:
    """Return the scripts of a call, with the client's particulars: [{title, text}]."""
    call = CALL.en if language() == "en" else CALL.zh
    filled = call.format(
        client=client,
        index=index_name(shock.index),
        fall=percent(-shock.change),
        change=percent(row["day_return"]),
    )
    return [
        {"title": str(bilingual("开场", "Opening")), "text": filled},
        {"title": str(bilingual("客户很难受时", "When the client is distressed")), "text": str(DISTRESS)},
        {"title": str(bilingual("提醒年长客户防诈骗", "To elderly clients, on fraud")), "text": str(ELDER)},
    ]


def note() -> str:
    """Return the headings of a call's note, one a line."""
    return "\n".join(f"{part}{': ' if language() == 'en' else '：'}" for part in COURSE)
