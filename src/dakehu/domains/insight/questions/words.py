"""Words of both languages that do not come from fields: comparisons, negations, periods, units. Pure.

以上, 以下, 以内 include the number, 超过, 不足, 不满 do not (Civil Code of the PRC, article 1259).
"""

from decimal import Decimal
from typing import Any

BEFORE = {
    "ge": ">= ≥ 不低于 不少于 不小于 不早于 至少 大于等于 since",
    "gt": "> 超过 超出 高于 大于 多于 晚于 over above after exceeding",
    "le": "<= ≤ 不超过 不高于 不大于 不多于 不晚于 至多 最多 小于等于 until",
    "lt": "< 低于 小于 少于 不足 不满 早于 under below before",
}
BEFORE_PHRASES = {
    "ge": ("at least", "no less than", "not less than", "not below"),
    "gt": ("more than", "greater than", "higher than", "later than"),
    "le": ("at most", "up to", "no more than", "not more than", "not over", "not above"),
    "lt": ("less than", "lower than", "fewer than", "earlier than"),
}
AFTER = {
    "ge": "以上 及以上 或以上 含以上 以后 以来 +",
    "le": "以下 及以下 或以下",
}
AFTER_PHRASES = {
    "ge": ("or more", "or above", "and above", "and over", "or over", "or higher", "and higher", "or better", "and up"),
    "le": ("or less", "or below", "and below", "or lower", "and lower", "or under", "and under"),
}
# B T E: between two values; X not; M empty; H filled; L past; R coming; A ago; I within; O and | or, & and.
FUNCTION_WORDS = {
    "B": "between 介于 from",
    "T": "到 至 ~ - – — to",
    "&": "and 和 与",
    "E": "之间",
    "X": "没有 从未 未曾 未 没 无 非 不是 不在 不 without no not never haven't hasn't isn't aren't non-",
    "M": "为空 空白 未填 未填写 缺失 缺少 缺 empty blank missing lacking",
    "H": "有 已填 已填写 with has have having filled",
    "L": "近 最近 过去 last past",
    "R": "未来 今后 接下来 next coming",
    "A": "前 以前 之前 ago",
    "I": "内 以内 之内 within",
    "=": "是 为 等于 属于 在 is are equals = :",
    "O": "、 / ,",
    "|": "或 或者 or",
}
NOISE = (
    "的 客户 名单 所有 全部 哪些 哪位 谁 多少 几位 找 找出 列出 查 查询 查看 看看 请 给我 人 位 但 但是 还 过 了 都 已 "
    "已经 目前 现在 也 吗 呢 请问 yet but 且 并且 而且 同时 名下 负责 client clients customer "
    "customers people of who whose that which the in for on all any show "
    "list find me a an been were was be their by at 's ? ! . ; 。 ( ) \""
)
NOISE_PHRASES = ("how many",)
PERIODS = {
    ("day", 0): ("今天", "今日", "today"),
    ("day", -1): ("昨天", "昨日", "yesterday"),
    ("day", 1): ("明天", "明日", "tomorrow"),
    ("week", 0): ("本周", "这周", "this week"),
    ("week", -1): ("上周", "last week"),
    ("week", 1): ("下周", "next week"),
    ("month", 0): ("本月", "这个月", "当月", "this month"),
    ("month", -1): ("上月", "上个月", "last month"),
    ("month", 1): ("下月", "下个月", "next month"),
    ("quarter", 0): ("本季", "本季度", "this quarter"),
    ("quarter", -1): ("上季", "上季度", "上个季度", "last quarter"),
    ("quarter", 1): ("下季", "下季度", "下个季度", "next quarter"),
    ("year", 0): ("今年", "本年", "this year"),
    ("year", -1): ("去年", "上年", "last year"),
    ("year", 1): ("明年", "next year"),
}
SCALES = {
    "亿": 10**8,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "万": 10**4,
    "w": 10**4,
    "千": 1000,
    "k": 1000,
    "thousand": 1000,
    "m": 10**6,
    "mn": 10**6,
    "million": 10**6,
    "bn": 10**9,
    "b": 10**9,
    "billion": 10**9,
}
CURRENCY = ("元", "块", "人民币", "yuan", "rmb", "cny")
SPANS = {
    "天": ("day", 1),
    "日": ("day", 1),
    "day": ("day", 1),
    "days": ("day", 1),
    "周": ("day", 7),
    "星期": ("day", 7),
    "week": ("day", 7),
    "weeks": ("day", 7),
    "个月": ("month", 1),
    "month": ("month", 1),
    "months": ("month", 1),
    "季度": ("month", 3),
    "个季度": ("month", 3),
    "quarter": ("month", 3),
    "quarters": ("month", 3),
    "年": ("month", 12),
    "year": ("month", 12),
    "years": ("month", 12),
}
DIGITS = dict(zip("零一二两三四五六七八九", (0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
YEARLY = frozenset(("生日", "birthday"))  # refers to the day in every year, regardless of the year of birth
# Words in the name of a future date: "within 30 days" then means the coming ones.
AHEAD = ("至", "到期", "有效期", "下次", "应", "next", "expires", "until", "due", "valid to", "owed by")


def words_by_kind() -> dict[str, list[tuple[str, Any]]]:
    """Return {spelling: [(kind, meaning)]} of every word here; C compares before a value, S after it."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for op, text in BEFORE.items():
        for word in (*text.split(), *BEFORE_PHRASES[op]):
            found.setdefault(word, []).append(("C", op))
    for op, text in AFTER.items():
        for word in (*text.split(), *AFTER_PHRASES[op]):
            found.setdefault(word, []).append(("S", op))
    for kind, text in FUNCTION_WORDS.items():
        for word in text.split():
            found.setdefault(word, []).append((kind, word))
    for period, words in PERIODS.items():
        for word in words:
            found.setdefault(word, []).append(("P", period))
    for word in (*NOISE.split(), *NOISE_PHRASES):
        found.setdefault(word, []).append(("_", word))
    return found


def read_number(text: str) -> Decimal | None:
    """Return a number in digits or in Chinese numerals below a hundred; None if it is not a number. 半 is a half."""
    if text == "半":
        return Decimal("0.5")
    if text[:1].isdigit():
        return Decimal(text.replace(",", ""))
    tens, ten, ones = text.rpartition("十")
    if ten and len(tens) <= 1 and len(ones) <= 1:
        return Decimal((DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0))
    return Decimal(DIGITS[text]) if text in DIGITS else None
