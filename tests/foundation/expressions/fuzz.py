"""Texts that attempt to break the rule language: mutated rules, random words, deep nesting, huge numbers, odd characters."""

import random

from tests.foundation.expressions.random_rules import random_condition

RULES = [
    "总资产 >= 500万 且 距上次联系 > 30天",
    "(总资产 < 100万 或 风险等级 属于 [积极型、激进型]) 且 非 已销户",
    "Total assets >= 5 million and days since last contact between 30 and 60 days",
    '(总资产 - 两融负债) / 总资产 < 50% 且 城市 = "上海"',
    "合约到期日 - 开户日期 <= 10天 或 合约到期日 介于 2026-11-01 和 2026-12-31",
    "max(总资产, 20日日均总资产, 1万) >= abs(两融负债 - 总资产) 且 城市 不为空",
    "维持担保比例 < 警戒线 + 10% 且 not Closed",
]
WORDS = """总资产 两融负债 距上次联系 近30天登录次数 现金占比 维持担保比例 合约到期日 开户日期 风险等级 城市 已销户 积极型 C4
 且 或 非 属于 不属于 为空 不为空 介于 和 and or not in is missing between max( min( abs( ( ) [ ] , 、 + - * / ( )
 >= > <= < = != 500万 1.2亿 30天 12.5% 2026-11-30 "上海" 'x' 0 1 999999999999999 1e9 0.000001 元 % 天 「总资产」""".split()
ATTACKS = [
    "__import__('os').system('true')",
    "exec('1')",
    "总资产.__class__.__mro__",
    "lambda: 0",
    "{{7*7}}",
    "${7*7}",
    "%s%s%n",
    "'; drop table client; --",
    "(a+)+$",
    "总资产 > 1 if 1 else 2",
    "[x for x in y]",
    "pl.col('x')",
    "1 ** 999999",
    "9" * 4000,
    "\x00\x01",
    "\ud800",
    "\u202e总资产",
    "٣ > ١",
    "Ⅻ > 1",
    "½",
    "𝟙 > 0",
    "İ > 1",
    "ß",
    "ﬁ",
    "🙂",
    "\u200b",
    "a" * 4000,
    "é" * 500,
    "0" * 3999,
    "." * 100,
    "0." + "0" * 50 + "1 > 总资产",
    "2026-99-99",
    "0000-00-00",
    "9999年12月31日",
    "总资产 > 9999999999亿亿亿",
]


def changed(draw: random.Random, text: str) -> str:
    """Return a rule with characters deleted, inserted, repeated or replaced by unusual ones."""
    signs = list(text)
    for _ in range(draw.choice([1, 1, 1, 2, 4, 8])):
        at = draw.randrange(len(signs) + 1)
        choice = draw.random()
        if choice < 0.3 and signs:
            del signs[at : at + draw.randint(1, 4)]
        elif choice < 0.5:
            signs[at:at] = draw.choice(WORDS)
        elif choice < 0.7:
            signs[at:at] = signs[draw.randrange(len(signs) + 1) :][:8]
        elif choice < 0.9:
            signs[at : at + 1] = chr(
                draw.choice([draw.randrange(32, 127), draw.randrange(0x4E00, 0x9FFF), draw.randrange(0x110000)])
            )
        else:
            signs[at:at] = f" {draw.choice(WORDS)} "
    return "".join(signs)


def retold(draw: random.Random, text: str) -> str:
    """Return a rule combined from the words of two rules, some numbers replaced: often one that can be parsed."""
    parts = [part for rule in (text, draw.choice(RULES)) for part in rule.split(" ")]
    numbers = ["0", "-1", "3", "30%", "999999亿", "1.5", "2026-01-01", "总资产", "城市", "C4"]
    kept = [draw.choice(numbers) if part[:1].isdigit() and draw.random() < 0.5 else part for part in parts]
    cut = draw.randrange(len(kept))
    return (
        " ".join(kept)
        if draw.random() < 0.2
        else " ".join([*kept[:cut], draw.choice(["且", "or", "非", ""]), *kept[cut:]])
    )


def nested(draw: random.Random) -> str:
    """Return a deeply nested text: brackets, negations, divisions, lists."""
    depth = draw.choice([5, 12, 23, 24, 25, 60, 900])
    opening, closing, core = draw.choice(
        [
            ("(", ")", "总资产 > 1"),
            ("非 ", "", "已销户"),
            ("非 (", ")", "已销户"),
            ("-", "", "总资产 > 1"),
            ("max(总资产, ", ")", "1"),
            ("(总资产 / ", ")", "总资产"),
            ("(总资产 + ", " * 现金占比)", "1"),
            ("(已销户 且 (", ") 或 已销户)", "已销户"),
            ("[", "]", "1"),
        ]
    )
    return f"{opening * depth}{core}{closing * depth}{draw.choice(['', ' > 1', ' 且 已销户'])}"


def long(draw: random.Random) -> str:
    """Return a long flat text."""
    joint, part = draw.choice(
        [
            (" 且 ", "已销户"),
            (" 或 ", "总资产 > 1"),
            (" + ", "总资产"),
            (" / ", "总资产"),
            (", ", "1"),
            ("且", "城市为空"),
        ]
    )
    start = draw.choice(["", "", "总资产 属于 ", "总资产 > "])
    return start + joint.join([part] * draw.choice([20, 25, 150, 199, 201, 450, 2000]))


def texts(count: int, seed: int = 14) -> list[str]:
    """Return `count` texts, the same for the same seed."""
    draw = random.Random(seed)
    found = list(ATTACKS) + [f"{rule} 且 {attack}" for rule in RULES for attack in ATTACKS]
    while len(found) < count:
        choice = draw.random()
        if choice < 0.3:
            found.append(changed(draw, draw.choice([*RULES, random_condition(draw, 3)])))
        elif choice < 0.5:
            found.append(random_condition(draw, draw.randint(0, 5)))
        elif choice < 0.6:
            found.append(retold(draw, draw.choice(RULES)))
        elif choice < 0.9:
            found.append(draw.choice(["", " "]).join(draw.choice(WORDS) for _ in range(draw.randint(1, 40))))
        else:
            found.append(nested(draw) if choice < 0.96 else long(draw))
    return found[:count]
