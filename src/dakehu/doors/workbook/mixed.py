"""A cell that holds several contacts: `手机号码:138… 电子邮件:…` taken apart. Pure."""

import re

LABELS = {
    "mobile": "手机号码 手机号 手机 移动电话 联系电话 电话号码 电话 mobile phone tel",
    "landline": "固定电话 座机 固话 办公电话 landline",
    "mail": "电子邮件 电子邮箱 邮箱 邮件 e-mail email mail",
    "wechat": "微信号 微信 wechat",
}
KIND_OF = {word: kind for kind, words in LABELS.items() for word in words.split()}
_LABEL = re.compile(
    "(" + "|".join(sorted(map(re.escape, KIND_OF), key=len, reverse=True)) + r")\s*[::]?\s*", re.IGNORECASE
)
_SEPARATORS = re.compile(r"[\s,,;;、|]+|/(?=\D|1[3-9])")
_FORMS = (
    ("mail", re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")),
    ("mobile", re.compile(r"^(?:\+?86-?)?1[3-9][\d*xX×•]{9}$")),
    ("landline", re.compile(r"^(?:\(?0\d{2,3}\)?-?)?\d{7,8}(?:-\d{1,6})?$")),
)


def split_contacts(text: str) -> list[tuple[str, str]]:
    """[(kind, value)] in order; kinds are mobile, landline, mail, wechat. A value without a label is told by its form;
    [] when something in the cell is none of them."""
    pieces = _LABEL.split(text.strip())
    found = _unlabelled(pieces[0])
    if found is None:
        return []
    for label, rest in zip(pieces[1::2], pieces[2::2], strict=True):
        values = [v for v in _SEPARATORS.split(rest.strip()) if v]
        if not values:
            continue
        kind = KIND_OF[label.casefold()]
        found.append((_by_form(values[0]) or kind if kind == "mobile" else kind, values[0]))
        more = _unlabelled(" ".join(values[1:]))
        if more is None:
            return []
        found += more
    return found


def _unlabelled(text: str) -> list[tuple[str, str]] | None:
    made = []
    for value in _SEPARATORS.split(text.strip()):
        kind = _by_form(value) if value else None
        if value and kind is None:
            return None
        if kind:
            made.append((kind, value))
    return made


def _by_form(value: str) -> str | None:
    return next((kind for kind, form in _FORMS if form.match(value)), None)
