"""What is computed for whole columns equals what is computed for single values."""

import random

from hypothesis import given
from hypothesis import strategies as st

from dakehu.domains.clients import identifiers, rules
from dakehu.domains.clients.pinyin import pinyin_readings
from dakehu.foundation.base import parsing, text_parsing

NAMES = [
    "张伟",
    "单于",
    "重庆",
    "单于丹",
    "曾国藩",
    "欧阳修",
    "Lin Wei",
    "王A",
    "王",
    "",
    "查良镛",
    "盖聂",
    "尉迟恭",
    "重庆啤酒股份",
]


def test_names_are_read_as_one_by_one():
    draw = random.Random(3)
    made = ["".join(chr(draw.randint(0x4E00, 0x9FA5)) for _ in range(draw.randint(2, 4))) for _ in range(300)]
    for name in NAMES + made:
        assert pinyin_readings(name) == rules.pinyin_of(name), name


def test_identity_numbers_are_judged_as_one_by_one():
    right = identifiers.resident_id("310105197503020014").number
    wrong = [
        "310105197503020015",
        "990105197503020014",
        "310105197502300014",
        "310105170003020014",
        "31010519750302001x",
        "",
        None,
        "１",
    ]
    assert identifiers.valid_resident_ids([right, *wrong]) == {right}


@given(st.text(max_size=12))
def test_settled_text_is_text_that_reading_leaves_alone(text):
    if text_parsing._SETTLED.fullmatch(text):
        assert parsing.to_text("\u200b" + text) == text
