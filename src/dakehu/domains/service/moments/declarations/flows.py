"""Moments of inflows, outflows and idle cash: M09 to M12, M40."""

from dakehu.domains.service.moments.types import MomentType, declare
from dakehu.foundation.base.i18n import bilingual

OUT = ("out_spending", "out_other_firm", "out_service", "reached", "no_answer", "escalated")

declare(
    MomentType(
        "M09",
        "大额转入",
        "Large transfer in",
        rule="当日转入 >= max(50万，20% * 近20日日均资产)",
        priority=2,
        deadline="T+1",
        shows=("total_assets",),
        action=bilingual(
            "感谢客户，了解资金用途和期限；未了解清楚前不推荐任何产品；留意反洗钱。",
            "Thank, ask purpose and term, recommend no product until they are known; mind money laundering.",
        ),
        wording=bilingual(
            "我们看到您的账户有资金转入。如果您有配置方面的需要，可以约时间沟通您的目标、期限和可承受的损失；在了解清楚之前，我们不会推荐任何产品。"
            "产品有风险，购买前请阅读风险揭示书。",
            "We see that money has come to your account. If you wish to talk about its use, we can meet on your aims, its term and the loss "
            "you can bear; before that we recommend no product. Products carry risk: read the risk disclosure before you buy.",
        ),
        feedback=("purpose_known", "reached", "meeting", "no_answer", "escalated"),
        lapses=False,
        events=("feed.balances",),
        escalates=(2, 4),
    ),
    MomentType(
        "M10",
        "大额转出",
        "Large transfer out",
        rule="当日转出 >= max(50万，20% * 近20日日均资产)",
        priority=1,
        deadline="T+1",
        shows=("total_assets",),
        action=bilingual(
            "了解原因和服务感受，登记原因。", "Ask for the reason and how service was; record the reason."
        ),
        feedback=OUT,
        lapses=False,
        events=("feed.balances",),
    ),
    MomentType(
        "M11",
        "资产净流出趋势",
        "Trend of net outflow",
        rule="近20日净流入 <= -30% * 此前20日日均资产 且 此前20日日均资产 > 0",
        priority=1,
        deadline="T+2",
        action=bilingual("挽留沟通。", "Talk to keep the client."),
        feedback=OUT,
    ),
    MomentType(
        "M12",
        "流失预警",
        "Warning of loss",
        rule="流失评分 >= 0.7",
        priority=1,
        deadline="T+2",
        shows=("assets_60",),
        action=bilingual("客户经理与主管共同制定方案。", "Manager and lead agree a plan."),
        feedback=(*OUT, "meeting"),
    ),
    MomentType(
        "M40",
        "现金闲置",
        "Idle cash",
        rule="现金 >= 30万 且 现金闲置交易日数 >= 20",
        priority=4,
        deadline="T+20",
        action=bilingual("了解资金安排。", "Ask what the money is meant for."),
        feedback=("purpose_known", "reached", "no_answer", "no_action"),
        escalates=(),
    ),
)
