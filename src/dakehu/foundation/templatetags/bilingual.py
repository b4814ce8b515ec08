"""`{% say "中文" "English" %}`: text in a template in both languages."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils.html import conditional_escape

from dakehu.foundation.base.i18n import Bilingual, join_items, language

register = template.Library()


def _pop_target(bits: list[str]) -> str:
    """Remove `as name` from the end of a tag's words; return the name, "" without one."""
    target = bits.pop() if len(bits) > 1 and bits[-2] == "as" else ""
    if target:
        bits.pop()
    return target


def _store_or_return(text: str, target: str, context: template.Context) -> str:
    """Store a text as the variable `target`, or return it for the page."""
    if target:
        context[target] = text
        return ""
    return conditional_escape(text) if context.autoescape else text


@register.filter
def joined(items: Iterable[Any] | None) -> str:
    """`{{ names|joined }}`: the items with the separator of the reader's language, "" without any."""
    return join_items(items or (), language())


@register.filter
def in_language(texts: Mapping[str, Any]) -> str:
    """`{{ row.reason|in_language }}`: the text in the reader's language of texts stored in both, {zh, en}."""
    return str(texts[language()])


class Say(template.Node):
    """A text in two languages, both written in the template."""

    def __init__(self, zh: str, en: str, values: dict[str, FilterExpression], target: str) -> None:
        self.zh, self.en, self.values, self.target = zh, en, values, target
        self.escaped = {"zh": conditional_escape(zh), "en": conditional_escape(en)}

    def render(self, context: template.Context) -> str:
        code = language()
        if not self.values and not self.target and context.autoescape:
            return self.escaped[code]
        text = Bilingual(self.zh, self.en, {name: value.resolve(context) for name, value in self.values.items()}).in_(
            code
        )
        return _store_or_return(text, self.target, context)


@register.tag
def say(parser: Parser, token: Token) -> Say:
    """`{% say "中文" "English" n=count as text %}`: `name=value` fills in braces, `as text` stores the text as a
    variable."""
    bits = token.split_contents()[1:]
    target = _pop_target(bits)
    texts, values = bits[:2], token_kwargs(rest := bits[2:], parser)
    if len(texts) < 2 or rest or any(text[0] != text[-1] or text[0] not in "\"'" for text in texts):
        raise template.TemplateSyntaxError(f"say takes two texts in quotes, name=value and `as name`, not {bits}")
    zh, en = (text[1:-1].replace("\\" + text[0], text[0]) for text in texts)
    return Say(zh, en, values, target)


class SayBlock(template.Node):
    """A long text: lines of Chinese are joined without a space, lines of English with one."""

    def __init__(self, zh: NodeList, en: NodeList, values: dict[str, FilterExpression], target: str) -> None:
        self.zh = "".join(line.strip() for line in zh.render(template.Context()).splitlines())
        self.en = " ".join(en.render(template.Context()).split())
        self.values, self.target = values, target

    def render(self, context: template.Context) -> str:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        text = str(Bilingual(self.zh, self.en, values))
        return _store_or_return(text, self.target, context)


@register.tag
def say_block(parser: Parser, token: Token) -> SayBlock:
    """`{% say_block n=count as text %} 中文 {% en %} English {% endsay_block %}`: `say` for texts over a line."""
    bits = token.split_contents()[1:]
    target = _pop_target(bits)
    values = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError(f"say_block takes name=value and `as name`, not {bits}")
    zh = parser.parse(("en",))
    parser.delete_first_token()
    en = parser.parse(("endsay_block",))
    parser.delete_first_token()
    return SayBlock(zh, en, values, target)
