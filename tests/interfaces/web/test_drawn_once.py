"""Parts of pages that are always alike are rendered once, and never with another user's texts or values."""

from django.template import Context, Template
from django.utils.safestring import SafeString

from dakehu.foundation.base.i18n import bilingual, in_language, language
from dakehu.interfaces.web import fields
from dakehu.interfaces.web.forms import Question


def drawn(text, **values):
    return Template("{% load components %}" + text).render(Context(values))


def test_a_button_is_drawn_in_the_language_of_each_reader_with_the_values_of_each_page():
    for number in (3, 5):
        for code, said in (("zh", f"还有 {number} 条"), ("en", f"{number} more")):
            with in_language(code):
                label = bilingual("还有 {n} 条", "{n} more", n=number)
                assert f"<span>{said}</span>" in drawn("{% button label %}", label=label)


def test_a_label_that_is_markup_and_one_that_only_looks_like_it_are_told_apart():
    for _ in range(2):
        assert "<b>1</b>" in drawn("{% button label %}", label=SafeString("<b>1</b>"))
        assert "&lt;b&gt;1&lt;/b&gt;" in drawn("{% button label %}", label="<b>1</b>")


def test_what_somebody_typed_is_not_kept_and_an_empty_field_is():
    before = fields._drawn.cache_info().currsize
    for value in ("张三的电话", "李四的电话"):
        html = fields.draw_question(Question("summary", "内容", "textarea", value))
        assert value in html
    assert "有误" in fields.draw_question(Question("summary", "内容", "textarea", error=["有误"]))
    assert "给张三回电" in fields.draw_question(Question("fulfils", "完成", "checks", choices=[("7", "给张三回电")]))
    assert fields._drawn.cache_info().currsize == before
    plain = [fields.draw_question(Question("a_new_field", "内容"), "-note") for _ in range(2)]
    assert plain[0] == plain[1] and 'id="a_new_field-note"' in plain[0]
    assert fields._drawn.cache_info().currsize == before + 1


def test_a_list_is_drawn_with_the_choice_of_each_page_in_the_language_of_each_reader():
    choices = [("call", bilingual("电话", "Call")), ("visit", bilingual("拜访", "Visit"))]
    for value in ("call", "visit"):
        for code, words in (("zh", ("电话", "拜访")), ("en", ("Call", "Visit"))):
            with in_language(code):
                html = fields.draw_question(Question("channel", "方式", "select", value, choices))
            assert all(word in html for word in words)
            assert f'<option value="{value}" selected>' in html and html.count("selected") == 1


def test_the_language_inside_a_block_ends_with_the_block():
    with in_language("en"):
        with in_language("zh-hans"):
            assert language() == "zh"
        assert language() == "en"
    assert language() == "zh"
