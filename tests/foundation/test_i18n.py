"""Texts in both languages."""

from django.template import Context, Template

from dakehu.foundation.base.i18n import bilingual, in_language


def test_a_list_in_a_text_has_the_comma_and_the_words_of_its_language() -> None:
    text = bilingual(
        "还缺：{names}。", "Missing: {names}.", names=[bilingual("手机", "phone"), bilingual("职业", "occupation")]
    )
    assert text.in_("zh") == "还缺：手机、职业。" and text.in_("en") == "Missing: phone, occupation."


def test_a_page_lists_with_the_comma_of_its_reader() -> None:
    page = Template('{% load bilingual %}{{ names|joined }} {% say "含 {n}" "With {n}" n=names %}{{ none|joined }}')
    shown = {"names": ["<a>", "b"], "none": None}
    with in_language("en"):
        assert page.render(Context(shown)) == "&lt;a&gt;, b With &lt;a&gt;, b"
    with in_language("zh"):
        assert page.render(Context(shown)) == "&lt;a&gt;、b 含 &lt;a&gt;、b"
