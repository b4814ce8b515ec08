"""Moments of suitability and of required knowledge of a client: M06 to M08, M27, M28, M34, M38, M41, M42."""

from dakehu.domains.ledger.facts.subjects import HOLDING, LETTER
from dakehu.domains.service.moments.types import MomentType, declare
from dakehu.foundation.base.i18n import bilingual

REMINDED = ("reached", "notice_sent", "will_act", "done", "no_answer", "message_left")

declare(
    MomentType(
        "M06",
        "风险测评到期",
        "Risk test expires",
        rule="测评剩余天数 <= 60天",
        urgent="测评剩余天数 <= 0天",
        object=("risk_step",),
        priority=2,
        mandatory=True,
        deadline="T+5",
        shows=("risk_valid_to", "risk_level"),
        action=bilingual(
            "提醒客户本人完成测评；工作人员不代填、不引导。",
            "Remind the client to take the test in person; staff neither fill it in nor steer it.",
        ),
        wording=bilingual(
            "您的风险承受能力测评将于{risk_valid_to}到期。到期后部分业务可能受限。请您本人根据真实情况完成测评，工作人员不会代您填写或引导选项。",
            "Your risk test expires on {risk_valid_to}; some business may then be limited. Please take it yourself and by the facts: staff "
            "will neither fill it in nor steer an answer.",
        ),
        feedback=REMINDED,
    ),
    MomentType(
        "M07",
        "身份证件到期",
        "Identity document expires",
        rule="证件剩余天数 <= 90天",
        object=("id_step",),
        priority=2,
        mandatory=True,
        deadline="T+10",
        shows=("id_expires_on",),
        action=bilingual(
            "提醒更新证件；到期并过宽限期后按柜台规则限制业务。",
            "Remind to renew it; past its grace the counter's rule limits business.",
        ),
        feedback=REMINDED,
    ),
    MomentType(
        "M08",
        "客户信息不完整",
        "Client information incomplete",
        rule="信息完整度 < 100%",
        priority=3,
        mandatory=True,
        deadline="30d",
        action=bilingual("补齐适当性要求的信息。", "Collect what the suitability rules require."),
        feedback=("collected", "reached", "will_act", "no_answer", "refused"),
        escalates=(5, 10),
    ),
    MomentType(
        "M27",
        "持仓与风险等级不匹配",
        "Holding beyond the risk level",
        subject=HOLDING,
        rule="风险等级超出 > 0 且 (投资者类别 为空 或 投资者类别 不属于 [A、B、C])",
        priority=1,
        mandatory=True,
        deadline="T+5",
        shows=("product_risk", "risk_level", "held_value"),
        action=bilingual(
            "按适当性办法第二十一条告知客户等级变化和不匹配的情况。",
            "Tell the client of the change and of what no longer fits (art. 21 of the suitability rules).",
        ),
        feedback=("notice_sent", "explained", "reached", "no_answer", "escalated"),
        events=("feed.product_risks",),
    ),
    MomentType(
        "M28",
        "新开户回访",
        "Call back of a new client",
        rule="开户天数 介于 0天 和 90天 且 非 已回访",
        priority=2,
        mandatory=True,
        deadline="30d",
        action=bilingual(
            "由独立人员回访，不能是客户经理本人。", "Called back by dedicated staff, never by the client's own manager."
        ),
        feedback=("reached", "no_answer", "refused", "escalated"),
        escalates=(5, 10),
    ),
    MomentType(
        "M34",
        "年龄跨 65 岁或 70 岁",
        "Turned 65 or 70",
        rule="近期年满年龄 属于 [65、70]",
        object=("senior_age",),
        priority=3,
        deadline="30d",
        action=bilingual(
            "复核 R4 及以上持仓与风险承受能力。", "Review holdings of R4 and above against the risk level."
        ),
        wording=bilingual(
            "您好，最近市场波动比较大，提醒您：公司员工不会向您索要密码、验证码，也不会让您把钱转到个人账户；凡是声称保本高收益的，请先拨打公司客服核实。"
            "您的账户有任何不清楚的地方，可以请家人一起来营业部，我们当面为您说明。",
            "A word of care while markets move: our staff never ask for passwords or codes, nor to send money to a person's account; "
            "check with our service line whoever promises safe high returns. If anything about your account is unclear, come to the "
            "branch with your family and we explain it in person.",
        ),
        feedback=("reached", "explained", "meeting", "no_answer", "no_action"),
        escalates=(),
    ),
    MomentType(
        "M38",
        "可疑或异常交易提示",
        "Notice of suspicious or abnormal dealing",
        subject=LETTER,
        rule="提示天数 >= 0天",
        priority=1,
        mandatory=True,
        deadline="E",
        event_on="letter_due_on",
        shows=("letter_kind", "letter_due_on"),
        action=bilingual(
            "仅合规人员处理；不得向客户或客户经理透露。",
            "Handled by compliance only; neither client nor manager may learn of it.",
        ),
        feedback=("reported", "escalated"),
        logs=False,
        lapses=False,
        compliance_only=True,
        events=("feed.supervisory_notices",),
        escalates=(),
    ),
    MomentType(
        "M41",
        "专业投资者材料到期",
        "Evidence of a professional class expires",
        rule="投资者类别 属于 [B、C] 且 专业投资者材料剩余天数 <= 30天",
        priority=2,
        deadline="30d",
        action=bilingual(
            "请客户更新证明材料；到期前完成复核。", "Ask for new evidence and review it before it expires."
        ),
        feedback=("collected", "reached", "will_act", "no_answer"),
        escalates=(2, 4),
    ),
    MomentType(
        "M42",
        "代理人、受益所有人或工商信息变更",
        "Change of agent, beneficial owner or registration",
        rule="关联人变更天数 介于 0天 和 30天",
        object=("parties_changed_on",),
        priority=2,
        deadline="T+10",
        shows=("parties_changed_on",),
        action=bilingual("更新尽职调查资料。", "Update the due diligence."),
        feedback=("collected", "reached", "will_act", "no_answer", "escalated"),
        lapses=False,
        escalates=(2, 4),
    ),
)
