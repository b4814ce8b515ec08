"""The groups of words that may not be sent to a client, or only conditionally: severity, reason, remedy, source. Pure.

Certainty tags as in the rules the project was given: V the text of the law was read, S a secondary source was read,
K known and to be checked before relying on it (待核实), D a house default. The patterns themselves are all house defaults.
"""

from dataclasses import dataclass

BLOCK, COND, WARN, REVIEW = "BLOCK", "COND", "WARN", "REVIEW"
SEVERITIES = (BLOCK, COND, WARN, REVIEW)


@dataclass(frozen=True)
class Group:
    """A group: severity, name and reason in both languages, what to write instead, source of the rule."""

    code: str
    severity: str
    zh: str
    en: str
    why_zh: str
    why_en: str
    suggestion_zh: str
    suggestion_en: str
    source: str
    certainty: str
    is_excused_by_negation: bool = True
    companions: tuple[str, ...] = ()
    unless_before: str = ""


LAW, AD, FIT = "证券法", "广告法", "证券期货投资者适当性管理办法"
GROUPS: tuple[Group, ...] = (
    Group(
        "W01",
        BLOCK,
        "保本保收益",
        "Principal or return assured",
        "不得以任何方式承诺本金不受损失或保证收益。",
        "Nobody may assure principal or return in any form.",
        "该产品不保证本金",
        "This product does not guarantee the principal",
        f"{LAW} 135",
        "V",
    ),
    Group(
        "W02",
        BLOCK,
        "承诺收益",
        "Return promised",
        "不得向客户承诺收益。",
        "A return may not be promised to a client.",
        "删去收益承诺，写明收益不确定",
        "Leave out the promise; say that the return is uncertain",
        f"{LAW} 135",
        "V",
    ),
    Group(
        "W03",
        BLOCK,
        "承诺赔偿损失",
        "Losses to be compensated",
        "不得承诺赔偿客户的投资损失。",
        "Nobody may promise to make good a client's losses.",
        "投资损失由投资者自行承担",
        "Losses are borne by the investor",
        f"{LAW} 135",
        "V",
    ),
    Group(
        "W04",
        BLOCK,
        "分享收益或分担损失",
        "Profit or loss shared",
        "不得与客户约定分享收益或分担损失。",
        "No agreement to share profit or loss with a client.",
        "删去",
        "Leave it out",
        f"{LAW} 161",
        "V",
    ),
    Group(
        "W05",
        BLOCK,
        "代客操作",
        "Trading for a client",
        "不得接受全权委托或代客户操作，不得索要密码。",
        "No discretion over a client's orders, no asking for passwords.",
        "具体操作由您本人决定并完成",
        "You decide and place the order yourself",
        f"{LAW} 134、136",
        "V",
    ),
    Group(
        "W06",
        BLOCK,
        "确定性判断",
        "Certain judgment",
        "不得对价格或市场作确定性判断。",
        "No certain judgment on prices or the market.",
        "无法判断短期走势",
        "The short-term course cannot be judged",
        f"证券公司监督管理条例 34；{FIT} 22(二)",
        "V",
    ),
    Group(
        "W07",
        BLOCK,
        "内幕与操纵信息",
        "Inside information",
        "不得传播内幕信息或未公开信息。",
        "Inside or unpublished information may not be passed on.",
        "只引用已公告的信息",
        "Quote published announcements only",
        f"{LAW} 50、53、54",
        "V",
    ),
    Group(
        "W08",
        BLOCK,
        "诋毁同业",
        "Running down others",
        "不得诋毁同业。",
        "Other firms may not be disparaged.",
        "只说明本公司的服务",
        "Describe our own service only",
        "未查到条款",
        "K",
        is_excused_by_negation=False,
    ),
    Group(
        "W09",
        WARN,
        "绝对化用语",
        "Superlatives",
        "“最佳”“第一”等用语需有依据，一般不得使用。",
        "Superlatives need proof and are mostly forbidden.",
        "删去，或写明排名的来源与时间",
        "Leave out, or give source and date of the ranking",
        f"{AD} 9(三)",
        "V",
        is_excused_by_negation=False,
    ),
    Group(
        "W10",
        BLOCK,
        "监管、政府或名人背书",
        "Official or celebrity backing",
        "不得以监管、政府、专家或受益者的名义作推荐或证明。",
        "No backing by authorities, experts or beneficiaries.",
        "删去",
        "Leave it out",
        f"{AD} 25；监管背书部分为内部规则",
        "V",
    ),
    Group(
        "W11",
        BLOCK,
        "零佣、返佣与送礼",
        "Rebates and gifts",
        "不得以返还佣金、赠送礼品招揽客户。",
        "No rebates or gifts to win clients.",
        "佣金标准见公示",
        "See the published commission",
        "证券期货经营机构及其工作人员廉洁从业规定 9",
        "V",
    ),
    Group(
        "W12",
        BLOCK,
        "诱导测评",
        "Assessment influenced",
        "不得诱导或代替客户填写测评、确认风险揭示。",
        "Nobody may influence or replace the client's own answers.",
        "请您本人根据真实情况完成",
        "Please answer yourself and truthfully",
        f"{FIT}（条款待核实）",
        "K",
    ),
    Group(
        "W13",
        BLOCK,
        "私下收费与转账",
        "Private payments",
        "费用只能进入公司账户，不得私下收款或接受委托。",
        "Fees go to the firm's account only.",
        "请通过公司官方渠道办理",
        "Please use the firm's official ways",
        "证券投资顾问业务暂行规定 23",
        "S",
    ),
    Group(
        "W14",
        WARN,
        "过往业绩",
        "Past performance",
        "业绩数字须注明区间、来源，并附“过往业绩不代表未来表现”。",
        "A performance figure needs period, source and the warning about past performance.",
        "补充：数据来源与截止日期；过往业绩不代表未来表现",
        "Add source and date, and: past performance does not indicate future results",
        "内部规则；条款待核实",
        "K",
        is_excused_by_negation=False,
        companions=("past_performance", "data_source"),
        unless_before="账户|组合|您的持仓",
    ),
    Group(
        "W15",
        WARN,
        "紧迫与煽动",
        "Pressure",
        "不得催促、煽动客户交易。",
        "Clients may not be hurried or stirred up.",
        "写明真实的截止日期和额度",
        "State the real date and quota",
        "内部规则",
        "D",
        is_excused_by_negation=False,
    ),
    Group(
        "W16",
        COND,
        "具体买卖建议",
        "Advice to buy or sell",
        "只有登记的投资顾问可以提出，并须写明作者、登记编号、依据、时间和“可能不准确”。",
        "Registered advisers only, with author, registration number, basis, date and “may be inaccurate”.",
        "补充作者、登记编号、研究报告来源与日期、风险提示",
        "Add author, registration number, report and date, risk warning",
        "证券投资顾问业务暂行规定 18–20",
        "S",
        companions=("adviser", "data_source", "may_be_wrong"),
    ),
    Group(
        "W17",
        WARN,
        "点位与目标预测",
        "Targets forecast",
        "点位、目标价属于预测，需有研究报告依据。",
        "Targets are forecasts and need a research report.",
        "删去预测，或引用已发布的研究报告",
        "Leave out the forecast or quote a published report",
        f"证券公司监督管理条例 34；{FIT} 22(二)",
        "V",
    ),
    Group(
        "W18",
        BLOCK,
        "规避监督",
        "Avoiding supervision",
        "须使用公司可留痕的渠道，不得隐瞒、拆分或代签。",
        "Recorded ways of the firm only; nothing hidden, split or signed for.",
        "请通过公司官方渠道办理",
        "Please use the firm's official ways",
        "内部规则",
        "D",
    ),
    Group(
        "W19",
        BLOCK,
        "借钱、借户与不必要的交易",
        "Borrowing and needless trading",
        "不得诱导客户借钱投资、出借账户、拼单或进行不必要的交易。",
        "No inducing clients to borrow, lend accounts, pool money or trade without need.",
        "删去",
        "Leave it out",
        f"{LAW} 57(四)；其余为内部规则",
        "V",
    ),
)
BY_CODE = {group.code: group for group in GROUPS}

# Texts that must accompany words of a group, and how they are recognised.
COMPANIONS: dict[str, tuple[str, str, str]] = {
    "past_performance": (
        "过往业绩不代表未来表现",
        "Past performance does not indicate future results",
        r"(过往|历史|以往)(业绩|表现|收益)[^。;]{0,10}(不|并不|不能|未必)[^。;]{0,6}(代表|预示|预测|等于|保证)|past performance.{0,20}not",
    ),
    "data_source": (
        "数据或报告的来源与日期",
        "Source and date of the data or report",
        r"(来源|来自|数据截至|截至|报告)[^。;]{0,30}\d{1,4}[年月日.]?|source:.{0,40}\d{4}|as of .{0,20}\d",
    ),
    "adviser": (
        "投资顾问姓名与登记编号",
        "Name and registration number of the adviser",
        r"(登记编号|执业编号|投顾编号)[:为是]?s?[a-z]?\d{6,}|registration (no|number)\.?:? ?s?\d{6,}",
    ),
    "may_be_wrong": ("观点可能不准确", "The view may be inaccurate", r"可能不准确|可能有误|may be (inaccurate|wrong)"),
}
