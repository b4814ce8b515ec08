"""Make a text comparable: widths, separators, traditional characters and spellings. Pure.

Every character of the result records its position in the original, so that a hit can be shown there.
"""

import re
import unicodedata
from dataclasses import dataclass

SEPARATORS = frozenset("·•*_~`^|/\\+=#&-–—―‐・…")
SENTENCE_MARKS = frozenset(".,。、:")
QUOTES = {"“": "”", "「": "」", "『": "』", "‘": "’", "《": "》", '"': '"'}
QUOTE_MARKS = frozenset(QUOTES) | frozenset(QUOTES.values())
LONGEST_QUOTE = 80
# Traditional characters of securities terms, each above its simplified form.
TRADITIONAL = (
    "穩賺賠風險證無絕對銀國內幕訊機會漲買賣虧損擔補償資產億萬業績預測報獲薦領員錢還幾這個們為說話將與從現"
    "時間後過動進開關實際單賬戶號碼質權益倉價標準點頂級獨門沒來應該讓給導選擇填評問題隱諱誠諾總統計劃債劵據處"
    "兌穩贏穫優勢誰決斷確隨發財贈禮紅層歷盡軟硬貸擴練縮頭條華網籌額減滿漲陣衝龍馬飛翻雙數據種類聯繫電話"
)
SIMPLIFIED = (
    "稳赚赔风险证无绝对银国内幕讯机会涨买卖亏损担补偿资产亿万业绩预测报获荐领员钱还几这个们为说话将与从现"
    "时间后过动进开关实际单账户号码质权益仓价标准点顶级独门没来应该让给导选择填评问题隐讳诚诺总统计划债券据处"
    "兑稳赢获优势谁决断确随发财赠礼红层历尽软硬贷扩练缩头条华网筹额减满涨阵冲龙马飞翻双数据种类联系电话"
)
VARIANTS = {"夲": "本", "葆": "保", "証": "证", "嬴": "赢"}
CHARACTERS = dict(zip(TRADITIONAL, SIMPLIFIED, strict=True)) | VARIANTS
# Disguised spellings of a word: pinyin, letters and homophones.
SPELLINGS: tuple[tuple[str, str], ...] = (
    (r"bao ?ben", "保本"),
    (r"bao ?xi", "保息"),
    (r"bao ?di", "保底"),
    (r"wen ?zhuan", "稳赚"),
    (r"zhuan", "赚"),
    (r"bu ?pei", "不赔"),
    (r"bu ?kui", "不亏"),
    (r"bi ?zhang", "必涨"),
    (r"ling ?feng ?xian", "零风险"),
    (r"wu ?feng ?xian", "无风险"),
    (r"feng ?xian", "风险"),
    (r"gang ?dui", "刚兑"),
    (r"dou ?di", "兜底"),
    (r"nei ?mu", "内幕"),
    (r"bao ?zheng", "保证"),
    (r"cheng ?nuo", "承诺"),
    (r"shou ?yi", "收益"),
    (r"fan ?yong", "返佣"),
)
WORDS: tuple[tuple[str, str], ...] = (
    *((rf"(?<![a-z]){spelling}(?![a-z])", word) for spelling, word in SPELLINGS),
    (r"涨[亭庭廷]板?", "涨停"),
    (r"[饱宝堡苞][本夲](?=保|理财|高息|无忧|收益)", "保本"),
    (r"[文吻问][赚转](?=不|包)", "稳赚"),
    (r"稳[转砖專专](?=不)", "稳赚"),
    (r"[薇维威徽]信?(?=领|拉|聊|$)", "微信"),
    (r"(?<=加)[薇维威徽]信?", "微信"),
    (r"(?<=加)(?:我)?(?:vx|wx|v|w)(?![a-z])", "微信"),
    (r"o风险", "0风险"),
)
SUBSTITUTIONS = tuple((re.compile(pattern), word) for pattern, word in WORDS)


@dataclass(frozen=True)
class Normalised:
    """A text made comparable; `spans` gives (start, end) in the original, `is_quoted` whether it was in quotation marks."""

    text: str
    spans: tuple[tuple[int, int], ...]
    is_quoted: tuple[bool, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the position in the original of a range of the comparable text."""
        return min(a for a, _ in self.spans[start:end]), max(b for _, b in self.spans[start:end])


Piece = tuple[str, tuple[int, int], bool]


def normalise(text: str) -> Normalised:
    """Return a text without widths, separators, emojis and disguised spellings, with its positions in the original."""
    quoted = _is_in_quotes(text)
    pieces: list[Piece] = []
    for index, original in enumerate(text):
        if original in QUOTE_MARKS and (original != "’" or not _is_apostrophe(text, index)):
            continue
        for char in _characters(original):
            pieces.append((char, (index, index + 1), quoted[index]))
    pieces = _without_spaces(_without_separators(pieces))
    for pattern, word in SUBSTITUTIONS:
        pieces = _substitute(pieces, pattern, word)
    return Normalised(
        "".join(piece[0] for piece in pieces),
        tuple(piece[1] for piece in pieces),
        tuple(piece[2] for piece in pieces),
    )


def _characters(original: str) -> str:
    """Return the comparable characters of one character: "" for an emoji or an invisible one."""
    category = unicodedata.category(original)
    if original in "\n\r":
        return "。"
    if category in ("So", "Sk", "Cf", "Mn", "Me", "Co", "Cn", "Cc") and original != "\t":
        return ""
    plain = unicodedata.normalize("NFKC", original).lower()
    plain = plain.replace("’", "'").replace("；", ";")
    return "".join(CHARACTERS.get(char, char) for char in plain)


def _is_apostrophe(text: str, index: int) -> bool:
    """Return whether a right single quotation mark is inside an English word."""
    return 0 < index < len(text) - 1 and text[index - 1].isascii() and text[index + 1].isascii()


def _is_in_quotes(text: str) -> list[bool]:
    """Return for each character whether it is between a pair of quotation marks."""
    found = [False] * len(text)
    index = 0
    while index < len(text):
        closing = QUOTES.get(text[index])
        end = text.find(closing, index + 1, index + LONGEST_QUOTE) if closing else -1
        if end > index:
            found[index : end + 1] = [True] * (end + 1 - index)
            index = end
        index += 1
    return found


def _is_han(char: str) -> bool:
    """Return whether a character is a Chinese one."""
    return "\u4e00" <= char <= "\u9fff"


def _without_separators(pieces: list[Piece]) -> list[Piece]:
    """Drop separators between characters; a hyphen between letters becomes a space, marks inside a number are kept."""
    found: list[Piece] = []
    for index, (char, span, quoted) in enumerate(pieces):
        before = pieces[index - 1][0] if index else ""
        after = pieces[index + 1][0] if index + 1 < len(pieces) else ""
        if char in SEPARATORS:
            if before.isascii() and before.isalnum() and after.isascii() and after.isalnum():
                found.append((" ", span, quoted))
            continue
        if char in SENTENCE_MARKS and _is_han(before) and _is_han(after) and _repeats(pieces, index):
            continue
        found.append((char, span, quoted))
    return found


def _repeats(pieces: list[Piece], index: int) -> bool:
    """Return whether the same mark is two positions away: a mark after every single character is a disguise."""
    char = pieces[index][0]
    if char == "." and _is_han(pieces[index - 1][0]) and _is_han(pieces[index + 1][0]):
        return True
    return any(0 <= other < len(pieces) and pieces[other][0] == char for other in (index - 2, index + 2))


def _without_spaces(pieces: list[Piece]) -> list[Piece]:
    """Drop spaces except one between two Latin letters or digits."""
    found: list[Piece] = []
    for index, piece in enumerate(pieces):
        if not piece[0].isspace():
            found.append(piece)
            continue
        after = next((other[0] for other in pieces[index + 1 :] if not other[0].isspace()), "")
        before = found[-1][0] if found else ""
        if before.isascii() and after.isascii() and before != " " and before and after:
            found.append((" ", piece[1], piece[2]))
    return found


def _substitute(pieces: list[Piece], pattern: re.Pattern[str], word: str) -> list[Piece]:
    """Replace each disguised spelling by its word; all its characters map to the whole spelling."""
    text = "".join(piece[0] for piece in pieces)
    found: list[Piece] = []
    last = 0
    for match in pattern.finditer(text):
        replaced = pieces[match.start() : match.end()]
        span = (replaced[0][1][0], replaced[-1][1][1])
        found += pieces[last : match.start()]
        found += [(char, span, any(piece[2] for piece in replaced)) for char in word]
        last = match.end()
    return found + pieces[last:]
