"""Historical falls and their effect on holdings, without a database."""

import numpy as np
import pytest

from dakehu.domains.risk.stress.mapping import Followed, follow, shocks_of
from dakehu.domains.risk.stress.scenarios import HISTORICAL

BY_CODE = {one.code: one for one in HISTORICAL}


def test_small_caps_fell_far_harder_than_the_large_ones_early_in_2024():
    one = BY_CODE["2024-02"]
    assert (one.csi300, one.csi500, one.csi1000) == (-0.073, -0.178, -0.271)
    assert one.csi1000 / one.csi300 > 3


def test_every_fall_of_the_past_is_a_fall_and_has_a_window_and_a_source():
    assert len(BY_CODE) == len(HISTORICAL) == 14
    for one in HISTORICAL:
        assert -1 < one.csi1000 < 0 and -1 < one.csi500 < 0 and -1 < one.csi300 < 0 and one.bond == -0.02
        assert one.window and "[V]" in one.source.in_("zh")


@pytest.mark.parametrize(
    ("holding", "expected"),
    [
        (("stock", "600519", "", "R3"), ("csi300", 1.0, "assumed")),
        (("stock", "600519", "csi500", "R3"), ("csi500", 1.0, "size")),
        (("stock", "688981", "", "R4"), ("csi1000", 1.0, "board")),
        (("stock", "301000", None, None), ("csi1000", 1.0, "board")),
        (("stock", "920001", None, None), ("csi1000", 1.0, "board")),
        (("stock", "430047", None, None), ("csi1000", 1.0, "board")),
        (("stock", "688981", "csi300", None), ("csi300", 1.0, "size")),
        (("bond", "010107", None, "R1"), ("bond", 1.0, "kind")),
        (("cash", "131810", None, None), ("cash", 1.0, "kind")),
        (("fund", "510500", None, "R3"), ("csi300", 0.5, "risk")),
        (("fund", "510500", None, None), ("", 0.0, "")),
        (("option", "10004567", None, "R5"), ("", 0.0, "")),
        ((None, None, None, None), ("", 0.0, "")),
    ],
)
def test_a_holding_follows_its_size_else_its_board_else_its_kind_and_nothing_is_guessed(holding, expected):
    assert follow(*holding) == Followed(*expected)


def test_a_share_whose_beta_is_known_falls_by_it_and_never_by_more_than_everything():
    large = follow("stock", "600519", "csi300", None)
    found = shocks_of([large.by_beta(1.5), large.by_beta(0.4), large.by_beta(3.0)], [BY_CODE["2007"]])
    assert found[:, 0].tolist() == [-1.0, pytest.approx(-0.2892), -1.0]
    assert (large.by_beta(1.5).why, large.is_share, follow("bond", "1", None, None).is_share) == ("beta", True, False)


def test_shocks_are_the_weighted_falls_and_unknown_where_nothing_is_followed():
    found = shocks_of(
        [Followed("csi1000", 1.0), Followed("csi300", 0.5), Followed("cash", 1.0), Followed()], [BY_CODE["2024-02"]]
    )
    assert found[:3, 0].tolist() == [-0.271, -0.0365, 0.0] and np.isnan(found[3, 0])
