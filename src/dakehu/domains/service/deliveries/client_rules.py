"""Named rules that refuse a text to a client. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dakehu.domains.clients.consents import last_state
from dakehu.domains.service.deliveries import quiet
from dakehu.domains.service.deliveries.kinds import MARKETING
from dakehu.foundation.base.i18n import Bilingual, bilingual

OFFERS = (*MARKETING, "survey")  # sent by the firm without a request of the client
CONTACT_KINDS = {"mail": "mail", "sms": "mobile", "wechat": "wechat"}  # name of a channel in consents
RULES = {
    "opt_out": bilingual("客户拒绝此类联系", "The client does not want to be contacted for this"),
    "no_consent": bilingual("没有营销同意", "There is no consent to marketing"),
    "open_complaint": bilingual("投诉处理中", "A complaint is open"),
    "marketing_paused": bilingual("营销已暂停", "Marketing is paused"),
    "too_often": bilingual("期间内联系过多", "Contacted too often in the period"),
    "restricted": bilingual("客户为限制处理或已销户", "The client is restricted or has left"),
    "quiet_hours": bilingual("免打扰时间", "Quiet hours"),
    "no_transport": bilingual("系统不能经此渠道发送", "The desk cannot send by this channel"),
    "no_address": bilingual("没有地址", "There is no address"),
    "empty_text": bilingual("正文为空", "The text is empty"),
    "open_placeholder": bilingual("正文中有未填写的占位符", "A placeholder in the text is not filled in"),
    "wording_blocked": bilingual("用语不得发给客户", "Its words may not go to a client"),
    "wording_companions": bilingual(
        "涉及买卖建议，缺少投顾姓名与登记编号、依据和风险提示",
        "Advice to buy or sell without adviser, registration number, basis and risk warning",
    ),
    "wording_review": bilingual("用语等待合规复核", "Its words wait for review by compliance"),
    "wording_refused": bilingual("合规复核不予放行", "Compliance refused its words"),
    "read_already": bilingual("已在系统内读过", "Read in the desk already"),
    "recipient_left": bilingual("收件人员已离职或停用", "The recipient no longer works here"),
    "snoozed": bilingual("本人暂停了提醒", "Snoozed by the recipient"),
    "link_gone": bilingual("其中的链接或文件已失效", "The link or the file in it is no longer good"),
    "taken_back": bilingual("已被取消", "Taken back by a person"),
}


@dataclass(frozen=True)
class Refusal:
    """Why a message is not sent: the name of the rule, and its text in both languages."""

    rule: str
    zh: str
    en: str

    @property
    def text(self) -> Bilingual:
        return bilingual(self.zh, self.en)


@dataclass(frozen=True)
class ClientFacts:
    """Inputs of the rules. `consents`: (day, purpose, channel or "", state), oldest first."""

    status: str
    consents: tuple[tuple[date, str, str, str], ...]
    has_complaint: bool
    is_paused: bool
    contacts: int  # on the firm's initiative in the period
    most_contacts: int
    quiet_from: str
    quiet_until: str
    is_frozen: bool = False  # due to a complaint about a member of staff, who must not see it


def refusal_by(rule: str) -> Refusal:
    """Return the refusal by a rule."""
    words = RULES[rule]
    return Refusal(rule, words.zh, words.en)


def rule_text(rule: str, more: Mapping[str, Bilingual] | None = None) -> str:
    """Return the text of a rule in the reader's language, its name if undeclared."""
    found = (more or {}).get(rule) or RULES.get(rule)
    return str(found) if found is not None else rule


def refusals(facts: ClientFacts, channel: str, kind: str, moment: datetime) -> list[Refusal]:
    """Return every rule that refuses a text of a kind by a channel at a local time.

    A duty notice is sent regardless of preferences, at any hour; an answer to a client is no offer. Hours and opt-out:
    domain.md 5.6; the pause of marketing during a complaint: 5.7.
    """
    if kind == "duty":
        return []
    found = []
    purpose, way = "marketing" if kind in MARKETING else "service", CONTACT_KINDS.get(channel, channel)
    state = last_state(facts.consents, purpose, way)
    if state in ("refused", "withdrawn"):
        found.append("opt_out")
    elif kind in MARKETING and state != "given":
        found.append("no_consent")
    if kind in OFFERS and facts.has_complaint:
        found.append("open_complaint")
    is_paused = kind in MARKETING and facts.is_paused and not facts.has_complaint
    if is_paused or (kind in OFFERS and facts.is_frozen):
        found.append("marketing_paused")
    if kind in OFFERS and facts.contacts >= facts.most_contacts:
        found.append("too_often")
    if facts.status in ("restricted", "closed"):
        found.append("restricted")
    if quiet.is_quiet(moment, facts.quiet_from, facts.quiet_until):
        found.append("quiet_hours")
    return [refusal_by(rule) for rule in found]
