"""Find personal numbers and possible names in a text. Pure; the caller checks whether a name is a client's.

A number is found only if it is well formed: a mobile number by the numbering plan, an identity number by GB 11643-1999,
a bank card by its check digit (ISO/IEC 7812-1). Other figures, such as amounts and order numbers, are ignored.
"""

import re
import unicodedata
from collections.abc import Iterator

from stdnum import luhn

from dakehu.domains.clients.identifiers import BadIdentifier, resident_id
from dakehu.foundation.base.i18n import Bilingual, bilingual

LONGEST = 4000  # characters per text
NAME_LENGTHS = range(2, 21)  # characters of a name written without spaces
_MOBILE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?(1[3-9]\d(?:[- ]?\d{4}){2})(?![\d.])")
_RESIDENT = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_CARD = re.compile(r"(?<![\d.])(?:\d[ -]?){15,18}\d(?![\d.])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,39}")
_HAN = re.compile(r"[\u3400-\u9fff·]{2,}")
_LATIN_NAME = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+){1,3}")


def numbers_in(text: str) -> list[tuple[str, Bilingual]]:
    """Return (number as written, its kind) of the mobile, identity and bank card numbers in a text."""
    plain = unicodedata.normalize("NFKC", text)
    found = [
        (one.group(), bilingual("身份证号", "identity number"))
        for one in _RESIDENT.finditer(plain)
        if _is_id(one.group())
    ]
    known = {number for number, _ in found}
    found += [(one.group(1), bilingual("手机号", "mobile number")) for one in _MOBILE.finditer(plain)]
    found += [
        (one.group(), bilingual("银行卡号", "bank card number"))
        for one in _CARD.finditer(plain)
        if one.group() not in known and luhn.is_valid(re.sub(r"\D", "", one.group()))
    ]
    return found


def _is_id(number: str) -> bool:
    try:
        resident_id(number)
    except BadIdentifier:
        return False
    return True


def mail_addresses_in(text: str) -> list[str]:
    """Return the mail addresses in a text."""
    return _MAIL.findall(unicodedata.normalize("NFKC", text))


def possible_codes(text: str) -> list[str]:
    """Return possible client codes: letters and digits, with at least one digit."""
    plain = unicodedata.normalize("NFKC", text)
    return sorted({one for one in _CODE.findall(plain) if any(sign.isdigit() for sign in one)})


def possible_names(text: str) -> list[str]:
    """Return every part of a text that may be a name: 2 to 20 Chinese characters in a row, or capitalised words."""
    return sorted({*_latin_names(text), *(part for run in _HAN.findall(text) for part in _parts(run))})


def _latin_names(text: str) -> list[str]:
    return _LATIN_NAME.findall(text)


def _parts(run: str) -> Iterator[str]:
    for length in NAME_LENGTHS:
        for start in range(len(run) - length + 1):
            yield run[start : start + length]


def hidden_number(number: str) -> str:
    """Return only the last four characters of a number."""
    return "…" + number[-4:]


def bare_page(address: str) -> str:
    """Return the address of a page of the desk without search text and row ids; "" for none.

    /clients/17/plan?q=x → /clients/*/plan. A part is taken for a row id unless it consists of lower-case letters and hyphens; the part
    after /clients/ always is.
    """
    path = address.split("?")[0].split("#")[0]
    if not path.startswith("/") or path.startswith("//"):
        return ""
    parts = path.split("/")
    shown = [
        part if re.fullmatch(r"[a-z-]*", part) and (index < 2 or parts[index - 1] != "clients" or not part) else "*"
        for index, part in enumerate(parts)
    ]
    return "/".join(shown)[:120]
