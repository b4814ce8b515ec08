"""The duties that follow from a suitability check, each with its source and how sure that source is. Pure.

Certainty: V the text of the rule was read, S a secondary source was read, K to be checked before use, D house default.
"""

from dataclasses import dataclass

from dakehu.domains.advice.suitability.choices import Stage
from dakehu.foundation.base.i18n import Bilingual

MEASURES = (
    "《证券期货投资者适当性管理办法》"  # the suitability measures of the CSRC, order 130, amended in 2020 and 2022
)
HOUSE = Bilingual("内部默认", "House default")
OLDER_RULE = Bilingual("2010、2012 年行业规则的考试资料", "Exam notes on the rules of 2010 and 2012")


@dataclass(frozen=True)
class Duty:
    """A duty. `stage`: due before or after the sale, or immediately. `document`: its text, "" for none."""

    code: str
    zh: str
    en: str
    stage: Stage
    source: Bilingual
    certainty: str
    document: str = ""


BEFORE, AFTER, NOW = Stage.BEFORE, Stage.AFTER, Stage.NOW


def measures(zh: str, en: str) -> Bilingual:
    """Return an article of the suitability measures as a source."""
    return Bilingual(f"{MEASURES}{zh}", f"Suitability measures (CSRC order 130), {en}")


DUTIES: dict[str, Duty] = {
    duty.code: duty
    for duty in (
        Duty(
            "inform_consequence",
            "告知客户信息不完整或不真实的后果，补齐前不提供服务",
            "Tell the client what incomplete or false information leads to; serve only once it is complete",
            NOW,
            measures("第六、三十三条", "arts. 6 and 33"),
            "V",
        ),
        Duty(
            "state_access_rule",
            "告知客户未达到的准入要求",
            "Tell the client which access requirement is not met",
            NOW,
            measures("第二十二条(一)", "art. 22 (1)"),
            "V",
        ),
        Duty(
            "log_attempt",
            "留存本次请求与核对结果",
            "Keep a record of the request and of this result",
            NOW,
            measures("第三十二条", "art. 32"),
            "V",
        ),
        Duty("alert_compliance", "通知合规人员", "Tell compliance", NOW, HOUSE, "D"),
        Duty(
            "ask_retest",
            "请客户本人重新测评；工作人员不代填、不引导",
            "Ask the client to take the test in person; staff neither fill it in nor steer it",
            NOW,
            OLDER_RULE,
            "S",
        ),
        Duty(
            "grade_product",
            "先为产品评定风险等级，再匹配",
            "Grade the product first, then match",
            NOW,
            measures("第十六、十八条", "arts. 16 and 18"),
            "V",
        ),
        Duty(
            "check_class_evidence",
            "确认专业投资者证明材料仍有效",
            "See that the evidence of the professional class still holds",
            BEFORE,
            HOUSE,
            "D",
        ),
        Duty(
            "renew_class_evidence",
            "专业投资者证明材料已到期：更新前按普通投资者对待",
            "The evidence of the professional class has expired: treated as ordinary until it is renewed",
            NOW,
            HOUSE,
            "D",
        ),
        Duty(
            "tell_unsuitable",
            "明确告知客户该产品不适合",
            "Tell the client plainly that the product does not suit",
            BEFORE,
            measures("第十九条", "art. 19"),
            "V",
            "unsuitable_notice",
        ),
        Duty(
            "special_warning",
            "就产品风险高于承受能力作特别的书面风险警示",
            "Give the special written warning that its risk is above the client's tolerance",
            BEFORE,
            measures("第十九条", "art. 19"),
            "V",
            "special_warning",
        ),
        Duty(
            "client_confirms",
            "客户仍坚持的，由客户本人确认（书面或电子签名）",
            "Where the client insists, the client confirms in person, in writing or by electronic signature",
            BEFORE,
            measures("第十九、二十四条", "arts. 19 and 24"),
            "V",
            "client_confirmation",
        ),
        Duty(
            "tell_goal_mismatch",
            "告知客户产品期限或品种与其投资目标不一致",
            "Tell the client that term or kind of product differ from the goal",
            BEFORE,
            Bilingual("协会指引的表述，原文未读", "Wording of the association, not read"),
            "K",
            "goal_notice",
        ),
        Duty(
            "special_procedure",
            "按高风险产品的专门程序办理",
            "Follow the special procedure for high-risk products",
            BEFORE,
            measures("第二十条", "art. 20"),
            "V",
        ),
        Duty(
            "extra_information",
            "追加了解客户的相关信息",
            "Ask for further information about the client",
            BEFORE,
            measures("第二十条", "art. 20"),
            "V",
        ),
        Duty(
            "explain_risk_points",
            "告知特别的风险点",
            "Explain the particular points of risk",
            BEFORE,
            measures("第二十条", "art. 20"),
            "V",
            "risk_points",
        ),
        Duty(
            "time_to_consider",
            "给予客户更多的考虑时间",
            "Give the client more time to consider",
            BEFORE,
            measures("第二十条", "art. 20"),
            "V",
        ),
        Duty("more_call_backs", "增加回访频次", "Call back more often", AFTER, measures("第二十条", "art. 20"), "V"),
        Duty(
            "matching_opinion",
            "出具适当性匹配意见",
            "State the matching opinion",
            BEFORE,
            measures("第二十三条", "art. 23"),
            "V",
            "matching_opinion",
        ),
        Duty(
            "disclose",
            "告知第二十三条规定的六项信息",
            "Tell the six items of article 23",
            BEFORE,
            measures("第二十三条", "art. 23"),
            "V",
            "disclosure",
        ),
        Duty(
            "written_delivery",
            "以书面形式送达并由客户确认",
            "Deliver in writing and have it confirmed",
            BEFORE,
            measures("第二十四条", "art. 24"),
            "V",
        ),
        Duty(
            "record_at_branch",
            "营业部现场：全过程录音或录像（双录）",
            "At the branch: record sound or pictures throughout",
            BEFORE,
            measures("第二十五条", "art. 25"),
            "V",
        ),
        Duty(
            "electronic_trail",
            "线上：留存电子确认痕迹",
            "Online: keep the trail of electronic confirmation",
            BEFORE,
            measures("第二十五条", "art. 25"),
            "V",
        ),
        Duty(
            "keep_trace",
            "现场办理须录音或录像（双录），线上办理须留存电子确认痕迹",
            "Recorded at the branch; online the trail of electronic confirmation is kept",
            BEFORE,
            measures("第二十五条", "art. 25"),
            "V",
        ),
        Duty(
            "senior_confirmation",
            "65 岁及以上：用通俗语言说明，并请客户再次确认",
            "65 and older: explain in plain language and have the client confirm once more",
            BEFORE,
            Bilingual("参照金融监管总局 2025 年办法（适用于银行保险）", "After the 2025 rule for banks and insurers"),
            "D",
            "plain_words",
        ),
        Duty(
            "senior_call_back",
            "65 岁及以上购买 R4 及以上：必须回访",
            "65 and older with R4 or above: a call-back is due",
            AFTER,
            HOUSE,
            "D",
        ),
        Duty(
            "manager_cosign",
            "70 岁及以上购买 R4、R5：负责人会签",
            "70 and older with R4 or R5: a superior signs too",
            BEFORE,
            HOUSE,
            "D",
        ),
        Duty(
            "elder_recording",
            "70 岁及以上购买 R4、R5：不论渠道均须双录",
            "70 and older with R4 or R5: recorded whatever the channel",
            BEFORE,
            HOUSE,
            "D",
        ),
        Duty(
            "elder_reflection",
            "70 岁及以上购买 R4、R5：至少考虑 24 小时",
            "70 and older with R4 or R5: at least 24 hours to reflect",
            BEFORE,
            HOUSE,
            "D",
        ),
        Duty(
            "compliance_review",
            "重新测评后 24 小时内办理超出原等级的产品：先由合规复核",
            "A product above the former level within 24 hours of a new test: compliance reviews first",
            BEFORE,
            HOUSE,
            "D",
        ),
        Duty(
            "cooling_off",
            "私募基金：签约后 24 小时冷静期，期内不得回访",
            "Private fund: 24 hours to cool off, without a call-back inside them",
            AFTER,
            Bilingual("私募基金规则，原文未读", "Rule of private funds, not read"),
            "K",
        ),
        Duty(
            "independent_call_back",
            "冷静期满后由销售以外的人员回访",
            "Called back after cooling off by somebody who does not sell",
            AFTER,
            Bilingual("私募基金规则，原文未读", "Rule of private funds, not read"),
            "K",
        ),
    )
}
