"""Moments of the relation with a client: M29 to M33, M35 to M37, M43."""

from dakehu.domains.clients.facts.occasions import OCCASION
from dakehu.domains.ledger.facts.subjects import BUSINESS
from dakehu.domains.service.facts import GRIEVANCE, PROMISE
from dakehu.domains.service.moments.types import MomentType, declare
from dakehu.foundation.base.i18n import bilingual

TALKED = ("reached", "meeting", "no_answer", "message_left", "no_action")

declare(
    MomentType(
        "M29",
        "首次交易或首次开通业务",
        "First trade or first business",
        subject=BUSINESS,
        rule="首次业务天数 <= 10天",
        priority=3,
        deadline="T+3",
        action=bilingual("说明风险要点。", "Explain the points of risk."),
        feedback=("explained", *TALKED),
        escalates=(),
    ),
    MomentType(
        "M30",
        "新客户 7/30/90 日",
        "New client after 7, 30 and 90 days",
        rule="开户提醒档 属于 [7、30、90]",
        object=("opening_step",),
        priority=3,
        deadline="T+2",
        action=bilingual("新客户陪伴。", "Look after the new client."),
        feedback=TALKED,
        escalates=(),
    ),
    MomentType(
        "M31",
        "沉睡客户",
        "Dormant client",
        rule="距上次交易天数 >= 180天 且 (距上次登录天数 >= 90天 或 距上次登录天数 为空) 且 总资产 >= 1万",
        priority=3,
        deadline="T+10",
        action=bilingual("唤醒联系。", "Wake up the relation."),
        feedback=TALKED,
        escalates=(),
    ),
    MomentType(
        "M32",
        "沉睡唤醒或异动登录",
        "Dormant client is back",
        rule="距上次交易天数 >= 180天 且 近7日登录次数 >= 3 且 登录间隔天数 >= 90天",
        priority=3,
        deadline="T+2",
        action=bilingual("主动服务。", "Offer service."),
        feedback=TALKED,
        escalates=(),
    ),
    MomentType(
        "M33",
        "生日、开户周年或纪念日",
        "Birthday, anniversary or key date",
        subject=OCCASION,
        rule="事由即将到来",
        object=("occasion", "occasion_on"),
        priority=4,
        deadline="E 20:00",
        event_on="occasion_on",
        shows=("occasion_kind", "occasion_years"),
        action=bilingual(
            "致以问候；礼品不超过内部限额，不销售。", "A greeting; no gift above the internal limit, no sale."
        ),
        feedback=("reached", "message_left", "no_action"),
        escalates=(),
    ),
    MomentType(
        "M35",
        "投诉或负面情绪",
        "Complaint or upset client",
        subject=GRIEVANCE,
        rule="不满类别 属于 [投诉、情绪不满]",
        priority=1,
        mandatory=True,
        deadline="T+1",
        action=bilingual(
            "一个工作日内回应，按投诉流程处理；期间停止一切营销。",
            "Acknowledge within one working day and follow the complaint's course; all marketing stops meanwhile.",
        ),
        wording=bilingual(
            "我理解看到亏损会很难受，这种感受很正常。您可以把担心的事写下来，明天上午我再给您回电。如果您已经决定卖出，这是您的权利，我会告诉您办理方式和费用。"
            "我不能替您做决定，也不能对后续涨跌作出判断。",
            "I understand that losses are hard to see, and that is natural. You may write down what worries you and I call back tomorrow "
            "morning. If you have decided to sell, that is your right, and I tell you how and what it costs. I cannot decide for you, nor "
            "judge where prices go.",
        ),
        feedback=("reached", "meeting", "escalated", "no_answer"),
        events=("complaint.registered", "interaction.logged"),
        escalates=(0, 1),
    ),
    MomentType(
        "M36",
        "服务承诺到期",
        "Promise due",
        subject=PROMISE,
        rule="承诺剩余天数 <= 1天",
        priority=1,
        mandatory=True,
        deadline="E",
        event_on="promise_due_on",
        shows=("promise_due_on",),
        action=bilingual("兑现承诺。", "Keep the promise."),
        feedback=("kept", "reached", "no_answer", "escalated"),
        events=("interaction.logged",),
        escalates=(0, 1),
    ),
    MomentType(
        "M37",
        "超期未联系",
        "Contact overdue",
        rule="距上次联系天数 > 最长联系间隔 或 (距上次联系天数 为空 且 开户天数 > 最长联系间隔)",
        priority=3,
        deadline="T+10",
        shows=("tier",),
        action=bilingual("联系客户。", "Contact the client."),
        feedback=TALKED,
        escalates=(),
    ),
    MomentType(
        "M43",
        "策略回顾到期",
        "Strategy review due",
        rule="回顾剩余天数 <= 10天",
        object=("review_due_on",),
        priority=2,
        deadline="E",
        event_on="review_due_on",
        shows=("review_due_on",),
        action=bilingual(
            "与客户回顾策略，在客户页“风险”中填写结论，由另一人签署。",
            "Review the strategy with the client and write the findings on the Risk tab; another person signs.",
        ),
        feedback=("explained", *TALKED),
        escalates=(2, 5),
    ),
)
