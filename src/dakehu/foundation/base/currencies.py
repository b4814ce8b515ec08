"""Recognise the currency of an amount: codes, names and signs, before or after the digits. Pure.

Yuan is "CNY". A lone `$` does not identify a country, so it is a separate currency ("$") without a rate.
"""

import re
from dataclasses import dataclass

YUAN = "CNY"


@dataclass(frozen=True)
class Currency:
    """`marks` are its notations next to digits, apart from its code."""

    code: str
    zh: str
    en: str
    marks: tuple[str, ...] = ()


CURRENCIES: dict[str, Currency] = {
    one.code: one
    for one in (
        Currency("CNY", "人民币", "yuan", ("人民币", "人民幣", "RMB", "CNH", "¥", "￥", "CN¥")),
        Currency("USD", "美元", "US dollars", ("美元", "美金", "US$", "U$", "USD$", "US dollars", "US dollar")),
        Currency("HKD", "港币", "Hong Kong dollars", ("港币", "港幣", "港元", "港纸", "HK$")),
        Currency("EUR", "欧元", "euros", ("欧元", "€", "euro", "euros")),
        Currency("GBP", "英镑", "pounds sterling", ("英镑", "£")),
        Currency("JPY", "日元", "yen", ("日元", "日圆", "日币", "JP¥", "円", "yen")),
        Currency("AUD", "澳元", "Australian dollars", ("澳元", "澳币", "A$", "AU$")),
        Currency("CAD", "加元", "Canadian dollars", ("加元", "加币", "C$", "CA$")),
        Currency("SGD", "新加坡元", "Singapore dollars", ("新加坡元", "新元", "坡币", "S$", "SG$")),
        Currency("TWD", "新台币", "Taiwan dollars", ("新台币", "台币", "新臺幣", "NT$")),
        Currency("MOP", "澳门元", "patacas", ("澳门元", "澳门币", "MOP$")),
        Currency("KRW", "韩元", "won", ("韩元", "韩币", "₩")),
        Currency("CHF", "瑞士法郎", "Swiss francs", ("瑞士法郎", "瑞郎")),
        Currency("NZD", "新西兰元", "New Zealand dollars", ("新西兰元", "纽币", "NZ$")),
        Currency("THB", "泰铢", "baht", ("泰铢", "฿")),
        Currency("MYR", "林吉特", "ringgit", ("林吉特", "马币", "RM")),
        Currency("RUB", "卢布", "roubles", ("卢布", "₽")),
        Currency("INR", "印度卢比", "rupees", ("印度卢比", "卢比", "₹")),
        Currency("SEK", "瑞典克朗", "Swedish kronor", ("瑞典克朗",)),
        Currency("NOK", "挪威克朗", "Norwegian kroner", ("挪威克朗",)),
        Currency("DKK", "丹麦克朗", "Danish kroner", ("丹麦克朗",)),
        Currency("BRL", "巴西雷亚尔", "reais", ("R$",)),
        Currency("$", "元（$，未说明哪一种）", "dollars of a country not said", ("$", "dollars", "dollar")),
    )
}
_BY_MARK = {mark.upper(): one.code for one in CURRENCIES.values() for mark in (one.code, *one.marks)}
_MARKS = "|".join(re.escape(mark) for mark in sorted(_BY_MARK, key=len, reverse=True))
_BEFORE = re.compile(
    rf"^([+-]?)\s*({_MARKS})\s*(?=[\d(+.\-〇零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟])", re.IGNORECASE
)
_AFTER = re.compile(
    rf"(?<=[\d.)\s万亿千百十拾佰仟一二两三四五六七八九壹贰叁肆伍陆柒捌玖元整])\s*({_MARKS})(?:整)?$", re.IGNORECASE
)


def currency_names(code: str) -> tuple[str, str]:
    """Return the (Chinese, English) name of a currency; the code itself for one that is not listed."""
    known = CURRENCIES.get(code)
    return (known.zh, known.en) if known else (code, code)


def code_of(mark: str) -> str:
    """Return the code of a currency written as its code, name or sign; "" for any other word."""
    return _BY_MARK.get(mark.strip().upper(), "")


def split_currency(text: str) -> tuple[str, str]:
    """Return (currency code, text without currency marks) of an amount; "" without a mark."""
    rest, codes = text.strip(), []
    found = _BEFORE.match(rest)
    if found:
        codes.append(_BY_MARK[found.group(2).upper()])
        rest = found.group(1) + rest[found.end() :]
    found = _AFTER.search(rest)
    if found:
        codes.append(_BY_MARK[found.group(1).upper()])
        rest = rest[: found.start()].rstrip()
    foreign = [code for code in codes if code != YUAN]
    return (foreign or codes or [""])[0], rest
