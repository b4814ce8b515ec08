"""The users whom a comment mentions, on plain text."""

import pytest

from dakehu.domains.service.comments.rules import mentioned_ids, split_comment, unknown_names

PEOPLE = {"林晓": 1, "王强": 2, "王": 3, "Anna Lee": 4, "lin": 1}


@pytest.mark.parametrize(
    ("text", "who", "unknown"),
    [
        ("请@林晓看一下，@王强也看", [1, 2], []),
        ("@王强", [2], []),  # the longest name that fits
        ("＠林晓 全角", [1], []),
        ("@Anna Lee, please", [4], []),
        ("@林晓@王强", [1, 2], []),
        ("@lin 与 @林晓", [1], []),
        ("写信到 zhang@example.com", [], []),
        ("成交价 @ 3.5，@3.6", [], []),
        ("@赵六，请看", [], ["赵六"]),
        ("没有提及", [], []),
    ],
)
def test_a_name_after_an_at_sign_is_a_mention_and_an_address_is_none(text, who, unknown):
    assert mentioned_ids(text, PEOPLE) == who
    assert unknown_names(text, PEOPLE) == unknown


def test_the_pieces_of_a_comment_are_its_whole_text():
    found = split_comment("请@林晓看", PEOPLE)
    assert [(one.text, one.user) for one in found] == [("请", None), ("@林晓", 1), ("看", None)]
