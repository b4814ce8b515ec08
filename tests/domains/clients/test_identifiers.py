"""Numbers that identify a client, checked with published samples and properties."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dakehu.domains.clients import identifiers, masks
from dakehu.domains.clients.identifiers import BadIdentifier


def test_the_published_identity_number_is_well_made_and_says_when_and_who():
    assert identifiers.resident_id("11010519491231002X") == identifiers.ResidentId(
        "11010519491231002X", date(1949, 12, 31), "female"
    )


def test_an_identity_number_is_read_through_spaces_full_width_digits_and_a_small_x():
    assert identifiers.resident_id(" 110105 19491231 ００２x ").number == "11010519491231002X"


def test_an_old_identity_number_of_fifteen_digits_becomes_eighteen():
    assert identifiers.resident_id("110105491231002").number == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("110105194912310021", "校验位"),
        ("11010519490231002X", "出生日期"),
        ("99010519491231002X", "省级"),
        ("1101051949123100", "18位"),
        ("", "18位"),
    ],
)
def test_a_wrong_identity_number_says_what_is_wrong_in_both_languages(number, reason):
    with pytest.raises(BadIdentifier) as refused:
        identifiers.resident_id(number)
    assert reason in refused.value.zh
    assert refused.value.en.endswith(".")
    assert not number or number not in refused.value.zh + refused.value.en


@given(st.integers(0, 16), st.integers(1, 9))
def test_any_single_mistyped_digit_of_an_identity_number_is_noticed(place, step):
    right = "11010519491231002X"
    wrong = right[:place] + str((int(right[place]) + step) % 10) + right[place + 1 :]
    with pytest.raises(BadIdentifier):
        identifiers.resident_id(wrong)


@given(st.integers(10**16, 10**17 - 1), st.sampled_from("0123456789X"))
def test_whole_columns_of_identity_numbers_are_checked_as_single_ones_are(seventeen, last):
    number = "110105" + f"{1900 + seventeen % 120}" + "0131" + f"{seventeen % 1000:03d}" + last
    try:
        single = {identifiers.resident_id(number).number}
    except BadIdentifier:
        single = set()
    assert identifiers.valid_resident_ids([number]) == single


def test_a_district_that_the_library_does_not_list_is_no_reason_to_refuse_a_person():
    seventeen = "11999919491231002"
    assert identifiers.resident_id(seventeen + identifiers.ric.calc_check_digit(seventeen + "0")).born_on.year == 1949


@pytest.mark.parametrize("code", ["91350100M000100Y43", "914403001922038216"])
def test_the_published_credit_codes_are_well_made(code):
    assert identifiers.credit_code(code.lower()) == code


def test_a_credit_code_whose_sum_divides_by_31_ends_in_zero():
    heads = (f"91110000{number:09d}" for number in range(1000))
    signs, weights = identifiers.CREDIT_SIGNS, [pow(3, place, 31) for place in range(17)]
    head = next(h for h in heads if sum(signs.index(s) * w for s, w in zip(h, weights, strict=True)) % 31 == 0)
    assert identifiers.credit_code(head + "0") == head + "0"


@pytest.mark.parametrize("code", ["91350100M000100Y44", "91350100I000100Y43", "9135010AM000100Y43", "91350100"])
def test_a_wrong_credit_code_is_refused(code):
    with pytest.raises(BadIdentifier):
        identifiers.credit_code(code)


@pytest.mark.parametrize(
    "text", ["13812341234", "138 1234 1234", "+86 138-1234-1234", "008613812341234", "１３８１２３４１２３４"]
)
def test_a_mobile_number_is_read_however_it_is_written(text):
    assert identifiers.mobile(text) == "13812341234"


@pytest.mark.parametrize("text", ["12812341234", "1381234123", "138xxxxxx88", ""])
def test_what_is_no_mobile_number_is_refused(text):
    with pytest.raises(BadIdentifier):
        identifiers.mobile(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("010-88886666", "010-88886666"),
        ("(021) 62345678", "021-62345678"),
        ("0755-8345 6789", "0755-83456789"),
        ("07558345678", "0755-8345678"),
        ("010-88886666转801", "010-88886666-801"),
        ("+86 10 88886666", "010-88886666"),
        ("+86 (0)10 88886666", "010-88886666"),
        ("88886666", None),
    ],
)
def test_a_landline_is_written_with_its_area_code(text, canonical):
    if canonical is None:
        with pytest.raises(BadIdentifier):
            identifiers.landline(text)
    else:
        assert identifiers.landline(text) == canonical


def test_a_bank_card_is_judged_by_luhns_rule():
    assert identifiers.bank_card("4111 1111 1111 1111") == "4111111111111111"
    for wrong in ("4111111111111112", "0000000000000000", "41111"):
        with pytest.raises(BadIdentifier):
            identifiers.bank_card(wrong)


def test_passports_and_permits_are_judged_softly():
    for number in ("E12345678", "EA1234567", "C12345678", "H0123456789", "12345678"):
        assert identifiers.travel_document(number) == number
    for wrong in ("ABCDEFGH", "E123", ""):
        with pytest.raises(BadIdentifier):
            identifiers.travel_document(wrong)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("A123456789", "sh_a_person"),
        ("B880000001", "sh_a_institution"),
        ("E000000001", "sh_margin"),
        ("0123456789", "sz_a_person"),
        ("0012345678", "sz_fund"),
        ("0812345678", "sz_institution"),
        ("180000000001", "one_code"),
        ("99F6983257", "other"),
    ],
)
def test_a_securities_account_tells_where_it_is_kept(number, kind):
    assert identifiers.securities_account(number) == (number, kind)


def test_age_counts_full_years():
    assert identifiers.age_on(date(2000, 2, 29), date(2026, 2, 28)) == 25
    assert identifiers.age_on(date(2000, 2, 29), date(2026, 3, 1)) == 26


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("phone", "13812341234", "138****1234"),
        ("phone", "010-88886666", "010-****6666"),
        ("id", "11010519491231002X", "110***********002X"),
        ("card", "6222021234567890123", "622202*********0123"),
        ("account", "12345678", "****5678"),
        ("name", "张伟", "张*"),
        ("name", "欧阳修", "欧阳*"),
        ("name", "John Smith", "J*** S****"),
        ("mail", "xiaomei@163.com", "x***i@163.com"),
        ("mail", "a@b.cn", "a***@b.cn"),
        ("address", "北京市西城区金融街33号", "北京市西城区****"),
        ("address", "广东省深圳市福田区益田路5033号", "广东省深圳市福田区****"),
        ("address", "somewhere", "****"),
        ("phone", "", ""),
    ],
)
def test_a_mask_keeps_enough_to_recognise_and_too_little_to_use(kind, value, shown):
    assert masks.MASKS[kind](value) == shown


@pytest.mark.parametrize(
    "value", ["138xxxxxx88", "138****1234", "张*", "••••", "110***********002X", "６２２２＊＊＊＊１２３４"]
)
def test_a_masked_value_is_recognised_when_it_comes_back(value):
    assert masks.is_masked(value)


@pytest.mark.parametrize(
    "value", ["11010519491231002X", "11010519491231002x", "张伟", "13812341234", "maxx@example.cn", ""]
)
def test_a_real_value_is_not_taken_for_a_masked_one(value):
    assert not masks.is_masked(value)


@given(st.text(min_size=1, max_size=30), st.sampled_from(["phone", "id", "card", "account"]))
def test_a_mask_never_shows_the_whole_value(value, kind):
    shown = masks.MASKS[kind](value)
    assert shown != value or "*" in value or set(value) <= {"-"} or (value[-1] == "-")
