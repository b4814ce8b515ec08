"""Moments of margin accounts and of payments for allotments: M01 to M05."""

from dakehu.domains.ledger.facts.subjects import ALLOTMENT, MARGIN_CONTRACT
from dakehu.domains.service.moments.types import MomentType, declare
from dakehu.foundation.base.i18n import bilingual

NOTICE = bilingual(
    "{client}您好，我是{firm}{staff}（登记编号 {registration}）。截至{day}收盘，您的信用账户维持担保比例为{ratio}，低于合同约定的{warn_line}。"
    "按合同，请您在约定时限前自行决定追加担保物或偿还部分负债；逾期未达到约定比例的，公司可能按合同处分担保物。"
    "我可以为您说明计算方式和办理入口，具体操作由您本人决定并完成。投资有风险。",
    "Dear {client}, this is {staff} of {firm} (registration {registration}). At the close of {day} the maintenance ratio of your "
    "margin account was {ratio}, below the {warn_line} agreed in the contract. By the contract please decide yourself, before the time "
    "agreed, whether to add collateral or repay; past it the firm may dispose of collateral as agreed. I can explain how it is worked "
    "out and where it is done; what is done is for you to decide. Investing carries risk.",
)
SENT = ("notice_sent", "reached", "will_act", "no_answer", "message_left", "escalated")

declare(
    MomentType(
        "M01",
        "维持担保比例低于平仓线",
        "Margin ratio below the closing line",
        subject=MARGIN_CONTRACT,
        rule="维持担保比例 < 平仓线",
        priority=1,
        mandatory=True,
        deadline="T+0 19:00",
        shows=("warn_line", "contract_debt"),
        action=bilingual(
            "按合同书面并电话通知，记录送达；不对卖出什么发表意见。",
            "Notify in writing and by telephone as the contract says and log delivery; no opinion on what to sell.",
        ),
        wording=NOTICE,
        feedback=SENT,
        events=("feed.margin_contracts",),
        escalates=(0, 1),
    ),
    MomentType(
        "M02",
        "维持担保比例低于警戒线",
        "Margin ratio below the warning line",
        subject=MARGIN_CONTRACT,
        rule="维持担保比例 >= 平仓线 且 维持担保比例 < 警戒线",
        priority=1,
        mandatory=True,
        deadline="T+0 19:00",
        shows=("contract_debt",),
        action=bilingual(
            "通知客户：比例、计算方式、警戒线和时限。",
            "Notify the client: the ratio, how it is worked out, the line and the time.",
        ),
        wording=NOTICE,
        feedback=SENT,
        events=("feed.margin_contracts",),
        escalates=(0, 1),
    ),
    MomentType(
        "M03",
        "接近警戒线",
        "Close to the warning line",
        subject=MARGIN_CONTRACT,
        rule="维持担保比例 >= 警戒线 且 (维持担保比例 < 警戒线 + 10% 或 距警戒线跌幅 <= 8%)",
        priority=2,
        deadline="T+1",
        action=bilingual("说明价格变动对比例的影响。", "Explain how the ratio moves with prices."),
        feedback=("explained", "reached", "no_answer", "no_action"),
        events=("feed.margin_contracts",),
        escalates=(2, 4),
    ),
    MomentType(
        "M04",
        "两融合约到期",
        "Margin contract ends",
        subject=MARGIN_CONTRACT,
        rule="合约剩余交易日 <= 10 且 合约负债 > 0",
        priority=2,
        mandatory=True,
        deadline="E-5",
        event_on="contract_ends_on",
        shows=("contract_ends_on",),
        action=bilingual("提醒到期日和办理方式。", "Remind of the day it ends and of how to settle."),
        feedback=SENT,
        escalates=(1, 2),
    ),
    MomentType(
        "M05",
        "新股新债中签待缴款",
        "Allotment to be paid",
        subject=ALLOTMENT,
        rule="非 已缴款 且 距缴款截止天数 >= 0 且 现金 < 应缴金额",
        priority=1,
        mandatory=True,
        deadline="E 12:00",
        event_on="pay_by",
        shows=("pay_by",),
        action=bilingual(
            "提醒应缴金额与截止时间，14:30 再提醒一次；十二个月内累计三次未足额缴款，六个月内不能申购（待核实）。",
            "Remind of the amount and the time, again at 14:30; three unpaid allotments in twelve months bar from subscribing for six "
            "(to be verified).",
        ),
        feedback=("reached", "notice_sent", "done", "no_answer", "message_left"),
        events=("feed.allotments",),
        escalates=(0, 0),
    ),
)
