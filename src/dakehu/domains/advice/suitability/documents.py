"""The documents of duties: fixed texts of the firm with the names filled in, without free input by users. Pure."""

from collections.abc import Mapping

DOCUMENTS: dict[str, tuple[str, str]] = {
    "unsuitable_notice": (
        "产品不适合告知书\n尊敬的 {client}：您的风险承受能力等级为 {level}，{product} 的风险等级为 {risk}，高于您的承受能力。"
        "我们认为该产品不适合您。您可以选择与您等级相匹配的产品，也可以放弃购买。",
        "Notice of unsuitability\nDear {client}: your level of risk tolerance is {level}; {product} is of level {risk}, which is above it. "
        "We hold that this product does not suit you. You may choose a product of your level, or leave it.",
    ),
    "special_warning": (
        "特别风险警示书\n尊敬的 {client}：{product} 的风险等级为 {risk}，高于您的风险承受能力等级 {level}。购买后可能出现超出您承受能力的亏损，"
        "亏损由您自行承担。我们没有主动向您推介该产品；投资有风险，请您慎重决定。",
        "Special risk warning\nDear {client}: {product} is of level {risk}, above your level {level}. It may bring losses beyond what you can bear, "
        "and they are yours. We did not bring this product up; investing carries risk, and the decision is yours.",
    ),
    "client_confirmation": (
        "客户确认书\n本人 {client} 主动要求购买 {product}（{risk}），已阅读并理解不适合告知和特别风险警示，知悉自己的等级为 {level}，"
        "仍决定购买，并自行承担由此产生的风险。\n签名：　　　　日期：",
        "Confirmation of the client\nI, {client}, asked for {product} ({risk}) myself. I have read and understood the notice and the warning, "
        "know that my level is {level}, still decide to buy, and bear the risk.\nSignature:          Date:",
    ),
    "goal_notice": (
        "投资目标不一致提示\n{product} 的期限或品种与您登记的投资目标不一致，请确认资金安排后再决定。",
        "Difference from your goal\nTerm or kind of {product} differ from the goal that you stated. Please check your plans before deciding.",
    ),
    "risk_points": (
        "高风险产品特别提示\n{product} 的风险等级为 {risk}。请逐项了解其流动性、杠杆、结构复杂性和可能亏损全部本金的情形；"
        "您可以要求更多时间考虑。",
        "Particular points of risk\n{product} is of level {risk}. Please consider its liquidity, leverage, complexity and how all of the principal "
        "may be lost, one by one; you may ask for more time.",
    ),
    "matching_opinion": (
        "适当性匹配意见\n您的风险承受能力等级为 {level}，{product} 的风险等级为 {risk}，两者相匹配。本意见不表明我们对产品的风险和收益作出判断或承诺；"
        "投资有风险，决定由您作出。",
        "Opinion on suitability\nYour level is {level}, {product} is of level {risk}; they match. This opinion is no judgment of its risk or "
        "result; investing carries risk, and the decision is yours.",
    ),
    "disclosure": (
        "购买前告知\n关于 {product}，我们将按《证券期货投资者适当性管理办法》第二十三条逐项告知可能导致亏损的事项、限制条件和匹配意见，请逐项确认。",
        "Before you buy\nFor {product} we tell you, item by item as article 23 requires, what may lead to a loss, the restrictions and the "
        "opinion on suitability. Please confirm each.",
    ),
    "plain_words": (
        "通俗说明\n{product} 不是存款，有可能亏钱。需要用钱时不一定能马上取出。公司员工不会向您索要密码、验证码，也不会让您把钱转到个人账户。"
        "请和家人商量后再决定。",
        "In plain words\n{product} is no deposit and may lose money. You may not be able to take the money out at once. Our staff never ask for "
        "passwords or codes, nor to send money to a person's account. Please talk to your family before you decide.",
    ),
}


def document(code: str, names: Mapping[str, str]) -> str:
    """Return the text of a document in both languages; "" for a duty without one. `names`: client, product, level, risk."""
    if code not in DOCUMENTS:
        return ""
    return "\n\n".join(text.format(**names) for text in DOCUMENTS[code])
