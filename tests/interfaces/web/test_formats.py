"""How numbers and days are formatted for a reader."""

from datetime import date
from decimal import Decimal

import pytest

from dakehu.foundation.base.i18n import in_language
from dakehu.interfaces.web.templatetags import components, formats


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (Decimal("2466000000"), "24.66 亿", "2.47B"),
        ("15000", "1.50 万", "15.00K"),
        (-12000000, "-1,200.00 万", "-12.00M"),
        (980, "980.00", "980.00"),
    ],
)
def test_an_amount_is_short_in_the_readers_language_and_whole_on_hover(value, zh, en):
    full = f"{Decimal(str(value)).quantize(Decimal('0.01')):,}"
    for code, text in (("zh", zh), ("en", en)):
        with in_language(code):
            written = formats.money(value)
        assert f">{text}<" in written
        assert f'title="{full}"' in written


@pytest.mark.parametrize("write", [formats.money, formats.rate, formats.share, formats.day, formats.ago])
def test_a_missing_value_is_a_dash_and_a_masked_one_passes_unchanged(write):
    assert write(None) == formats.MISSING
    assert write("•••") == "•••"


def test_a_rise_and_a_fall_carry_their_sign_as_well_as_their_colour():
    assert "+19.60%" in formats.rate("0.196") and "up" in formats.rate("0.196")
    assert "-16.80%" in formats.rate(-0.168) and "down" in formats.rate(-0.168)


def test_a_day_tells_machines_and_people_when_it_was():
    assert 'datetime="2026-11-23"' in formats.ago(date(2026, 11, 23))


def test_a_clients_name_cannot_bring_markup_into_a_page():
    assert "<b>" not in formats.money("<b>") or not hasattr(formats.money("<b>"), "__html__")
    assert "<script>" not in components.attributes({"data_copy": "<script>"})
    assert components.attributes({"hx_post": "/x", "disabled": True, "hidden": False}) == ' hx-post="/x" disabled=""'


def test_a_long_list_of_pages_shows_its_ends_and_its_neighbourhood():
    numbers = [link.get("number", "…") for link in components.pager(6, 12, "?page={page}")["links"]]
    assert numbers == [1, "…", 4, 5, 6, 7, 8, "…", 12]


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [
        ("1234567.5", 2, "1,234,567.50"),
        (Decimal("-12345"), -2, "-12,345"),
        (1234.125, -2, "1,234.13"),
        ("0", 0, "0"),
        (None, 2, formats.MISSING),
        ("•••", 2, "•••"),
    ],
)
def test_a_whole_amount_has_thousands_separators_in_both_languages(value, places, written):
    for code in ("zh", "en"):
        with in_language(code):
            assert formats.grouped(value, places) == written
