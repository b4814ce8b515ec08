"""`{% say "中文" "English" %}`: words in a template, both languages side by side."""

from django import template

from dakehu.foundation.base.i18n import Bilingual

register = template.Library()


@register.simple_tag
def say(zh: str, en: str, **values: object) -> str:
    return str(Bilingual(zh, en, values))
