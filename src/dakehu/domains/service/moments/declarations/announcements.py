"""Moments of announcements and dates of a client's holdings: M21 to M25."""

from dakehu.domains.ledger.facts.subjects import ANNOUNCEMENT, PRODUCT_EVENT, SECURITY_EVENT
from dakehu.domains.service.moments.types import MomentType, declare
from dakehu.foundation.base.i18n import bilingual

INFORMED = ("notice_sent", "reached", "explained", "no_answer", "no_action")

declare(
    MomentType(
        "M21",
        "持仓被实施风险警示、退市或立案",
        "Holding under risk warning, delisting or investigation",
        subject=ANNOUNCEMENT,
        rule="公告类别 属于 [风险警示、退市风险、立案调查] 且 公告天数 <= 10天",
        priority=1,
        mandatory=True,
        deadline="T+1",
        shows=("announcement_title", "published_on"),
        action=bilingual(
            "送达公告；核对风险警示权限。", "Deliver the announcement; check the permission for risk-warned shares."
        ),
        feedback=("notice_sent", "reached", "explained", "no_answer"),
        lapses=False,
        events=("feed.announcements",),
        escalates=(0, 1),
    ),
    MomentType(
        "M22",
        "业绩预告、快报或定期报告",
        "Earnings forecast, preliminary earnings or report",
        subject=ANNOUNCEMENT,
        rule="公告类别 属于 [业绩预告、业绩快报、定期报告] 且 公告天数 <= 5天 且 公告证券占比 >= 5%",
        priority=3,
        deadline="T+2",
        shows=("announcement_title", "published_on"),
        action=bilingual("只发送公告链接。", "Send the link only."),
        feedback=INFORMED,
        escalates=(),
    ),
    MomentType(
        "M23",
        "解禁、减持、质押、回购、分红或配股",
        "Unlock, reduction, pledge, buyback, ex-date or rights",
        subject=SECURITY_EVENT,
        rule="事件类别 属于 [除权除息、限售解禁、股东减持、股权质押、股份回购、配股、配股缴款] 且 距事件交易日 介于 0 和 5",
        urgent="事件类别 = 配股缴款",
        priority=3,
        deadline="E-1",
        event_on="event_on",
        shows=("event_on",),
        action=bilingual("提醒日期；配股缴款逾期作废。", "Remind of the dates; unpaid rights are forfeited."),
        feedback=INFORMED,
        events=("feed.security_events",),
        escalates=(),
    ),
    MomentType(
        "M24",
        "可转债强赎、回售或到期",
        "Convertible called, put or maturing",
        subject=SECURITY_EVENT,
        rule="事件类别 属于 [强制赎回、回售、到期] 且 距事件交易日 介于 0 和 5",
        priority=1,
        deadline="E-3",
        event_on="event_on",
        shows=("event_on",),
        action=bilingual("提醒日期和不操作的后果。", "Remind of the dates and of what follows if nothing is done."),
        feedback=("notice_sent", "reached", "will_act", "no_answer"),
        events=("feed.security_events",),
    ),
    MomentType(
        "M25",
        "产品到期、开放或分红",
        "Product matures, opens or distributes",
        subject=PRODUCT_EVENT,
        rule="距产品事件交易日 介于 0 和 10",
        object=("product_event", "product_event_step"),
        priority=2,
        mandatory=True,
        deadline="E-5",
        event_on="product_event_on",
        shows=("product_event_kind", "product_event_on"),
        action=bilingual("提醒日期；到期资金了解安排。", "Remind of the day; ask what matured money is meant for."),
        feedback=("reached", "notice_sent", "purpose_known", "no_answer", "message_left"),
        events=("feed.product_events",),
    ),
)
