"""Texts as search tokens: a name is found in each way of typing it."""

import pytest

from dakehu.foundation.search import text


def found(wanted, tokens: str) -> bool:
    """Return whether the tokens match, as both databases evaluate a search."""
    words = tokens.split()

    def holds(phrase: tuple[str, ...], open_end: bool) -> bool:
        for start in range(len(words) - len(phrase) + 1):
            here = words[start : start + len(phrase)]
            if here[:-1] == list(phrase[:-1]) and (
                here[-1].startswith(phrase[-1]) if open_end else here[-1] == phrase[-1]
            ):
                return True
        return False

    return wanted is not None and all(holds(*phrase) for phrase in wanted.phrases)


@pytest.mark.parametrize("typed", ["张", "张伟", "伟", "張", "張偉", " 张伟 "])
def test_a_chinese_name_is_found_by_any_fragment_in_either_script(typed):
    assert found(text.fragment(typed), text.name_tokens("张伟"))
    assert found(text.fragment(typed), text.name_tokens("張偉"))


@pytest.mark.parametrize("typed", ["z", "zw", "zh", "zhang", "zhangwei", "zhangw", "zwei", "ZhangWei", "zhang wei"])
def test_a_chinese_name_is_found_by_pinyin_initials_and_a_mixture(typed):
    assert found(text.pinyin_condition(typed), text.name_tokens("张伟"))


@pytest.mark.parametrize(
    ("name", "ways"), [("曾国藩", ["zeng", "ceng", "zgf"]), ("单雄信", ["shan", "sxx"]), ("仇英", ["qiu", "qy"])]
)
def test_a_surname_with_two_readings_is_found_by_both(name, ways):
    for typed in ways:
        assert found(text.pinyin_condition(typed), text.name_tokens(name)), typed


@pytest.mark.parametrize("typed", ["DK000123", "dk", "0001", "00", "123", "23", "3", "ＤＫ０００１２３", "k00012"])
def test_a_code_is_found_by_any_fragment_of_it(typed):
    assert found(text.fragment(typed), text.code_tokens("DK000123"))


@pytest.mark.parametrize("typed", ["124", "dk1", "k0002", "x"])
def test_a_code_is_not_found_by_what_is_not_in_it(typed):
    assert not found(text.fragment(typed), text.code_tokens("DK000123"))


def test_words_apart_must_all_be_there():
    note = text.tokens("客户咨询关于贵州茅台的投资问题")
    assert found(text.fragment("茅台 投资"), note)
    assert not found(text.fragment("茅台 基金"), note)
    assert not found(text.fragment("台茅"), note)


def test_signs_mean_nothing():
    assert text.fragment("%_'\"*") is None and text.pinyin_condition("'; drop") is None
    assert found(text.fragment("吐尔逊"), text.name_tokens("买买提·吐尔逊"))


def test_spellings_stay_few_for_long_names():
    assert len(text.spellings("中国国际金融股份有限公司北京建国门外大街证券营业部")) <= 3 * 2 * 16
