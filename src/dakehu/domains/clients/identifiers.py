"""Check and normalise numbers that identify a person or a firm. Pure.

Every check accepts a number as people write it (spaces, hyphens and full-width digits), returns its canonical form and
raises `BadIdentifier` with the reason in Chinese and English. A number that passes is well formed; whether it exists
and belongs to the client is not known. An empty text is never valid: whether a number may be missing is the caller's
decision.

Sources: GB 11643-1999 (resident identity number), GB 32100-2015 (unified social credit code), ISO/IEC 7812-1 annex B
(bank cards), the numbering plan of the Ministry of Industry and Information Technology (telephones), and the account
manuals of the Shanghai and Shenzhen depositories. Account patterns are lenient: firms' exports shorten and prefix them.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from stdnum import luhn
from stdnum.cn import ric, uscc

# Weights and check digits for columns (`valid_resident_ids`); a single number is checked by python-stdnum.
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
# The 31 characters of a credit code: digits and capitals without I, O, S, V and Z, which are mistaken for others.
CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 "
    "50 51 52 53 54 61 62 63 64 65 71 81 82 83 91".split()
)
FIRST_BIRTH_YEAR = 1850
_RESIDENT = re.compile("[0-9]{17}[0-9X]")


class BadIdentifier(ValueError):
    """An invalid number. `zh` and `en` state the reason and the remedy, without repeating the number."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True)
class ResidentId:
    """The contents of an 18-digit resident identity number. `gender` is "male" or "female"."""

    number: str
    born_on: date
    gender: str


_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?E\+?\d{1,3}", re.IGNORECASE)
_APOSTROPHE = re.compile(r"^['`\u2018\u2019\u00b4]+(?=[\dA-Za-z+(])")


def tidy(text: str) -> str:
    """Convert to half width and capitals; drop spaces, hyphens and dots.

    Also drops the apostrophe that keeps digits in a spreadsheet, and the `.0` that one adds to a number.
    """
    plain = _APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).strip())
    plain = re.sub(r"^(\+?\d+)\.0+$", r"\1", plain)
    return re.sub(r"[\s\-‐‑–—·.]", "", plain).upper()


def refuse_lost_digits(text: str) -> None:
    """Raise BadIdentifier for a number in exponent notation: a spreadsheet has lost its digits."""
    if _SCIENTIFIC.fullmatch(text.strip()):
        raise BadIdentifier(
            "Excel 把号码存成了数字（最多保留15位，科学计数），后面的位数已丢失。请把这一列设为文本格式，重新填写完整号码。",
            "Excel kept this number as a figure (15 digits at most, with a power of ten); the other digits are gone. Format "
            "the column as text and enter the whole number again.",
        )


def resident_id(text: str) -> ResidentId:
    """Check a resident identity number (身份证).

    The old 15-digit form is converted to 18 digits, its year read as 19xx.
    """
    refuse_lost_digits(text)
    number = tidy(text)
    if re.fullmatch(r"\d{15}", number):
        number = _to_18_digits(number)
    if not re.fullmatch(r"\d{17}[\dX]", number):
        raise BadIdentifier(
            "身份证号应为18位（前17位是数字，最后一位是数字或X），请核对。",
            "An identity number has 18 digits (the last may be X); please check it.",
        )
    if number[:2] not in PROVINCES:
        raise BadIdentifier(
            "身份证号前两位不是有效的省级代码，请核对。",
            "The first two digits of the identity number are no province; please check them.",
        )
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born_on = date.min
    if born_on.year < FIRST_BIRTH_YEAR:
        raise BadIdentifier(
            "身份证号第7至14位不是有效的出生日期，请核对。",
            "Digits 7 to 14 of the identity number are no date of birth; please check them.",
        )
    if number[17] != ric.calc_check_digit(number) and number.endswith("000"):
        raise BadIdentifier(
            "身份证号末三位是000且校验位不符，很可能在 Excel 里被存成数字、丢了后三位。请把这一列设为文本格式，重新填写完整号码。",
            "The identity number ends in 000 and its last digit does not fit: Excel probably kept 15 digits only. Format the "
            "column as text and enter the whole number again.",
        )
    # The library checks only the check digit: its list of districts is incomplete and would refuse real people.
    if number[17] != ric.calc_check_digit(number):
        raise BadIdentifier(
            "身份证号校验位不符，可能有一位写错，请逐位核对。",
            "The last digit of the identity number does not fit the others; one digit is probably mistyped.",
        )
    return ResidentId(number, born_on, "male" if int(number[16]) % 2 else "female")


def _to_18_digits(number: str) -> str:
    """Convert a 15-digit number to 18 digits."""
    seventeen = f"{number[:6]}19{number[6:]}"
    return seventeen + ric.calc_check_digit(f"{seventeen}0")


def valid_resident_ids(numbers: Iterable[str | None]) -> set[str]:
    """Return those of many numbers that resident_id accepts unchanged.

    A vectorised check; the other numbers are checked one by one by resident_id.
    """
    candidates = [number for number in numbers if number and _RESIDENT.fullmatch(number) and number[:2] in PROVINCES]
    if not candidates:
        return set()
    signs = np.frombuffer("".join(candidates).encode(), dtype=np.uint8).reshape(len(candidates), 18)
    check = np.frombuffer(ID_CHECKS.encode(), dtype=np.uint8)[(signs[:, :17] - 48) @ np.array(ID_WEIGHTS) % 11]
    return {
        number
        for number, is_valid in zip(candidates, check == signs[:, 17], strict=True)
        if is_valid and _is_birth_date(number[6:14])
    }


@lru_cache(maxsize=100_000)
def _is_birth_date(day: str) -> bool:
    """Return whether eight digits are a plausible date of birth."""
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:])).year >= FIRST_BIRTH_YEAR
    except ValueError:
        return False


def credit_code(text: str) -> str:
    """A unified social credit code (统一社会信用代码) of 18 signs."""
    refuse_lost_digits(text)
    code = tidy(text)
    if len(code) != 18 or not set(code) <= set(CREDIT_SIGNS):
        raise BadIdentifier(
            "统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z），请核对。",
            "A unified social credit code has 18 digits or capitals (never I, O, S, V or Z); please check it.",
        )
    if not re.fullmatch(r"[0-9A-Y]{2}\d{6}.{10}", code):
        raise BadIdentifier(
            "统一社会信用代码第3至8位应为行政区划数字，请核对。",
            "Signs 3 to 8 of the credit code are the digits of a district; please check them.",
        )
    if code[17] != uscc.calc_check_digit(code):
        raise BadIdentifier(
            "统一社会信用代码校验位不符，可能有一位写错，请逐位核对。",
            "The last sign of the credit code does not fit the others; one sign is probably mistyped.",
        )
    return code


_SAME_FOR_WECHAT = re.compile(
    r"[(\uff08\[]?\s*(?:微信|VX|V信|WX|手机|电话|号码)?\s*(?:微信)?(?:同步|同号|同手机|同|号)+\s*(?:微信|手机)?\s*[)\uff09\]]?$",
    re.IGNORECASE,
)


def mobile(text: str) -> str:
    """Check a mainland mobile number: 11 digits.

    +86, 0086 or (86) is dropped, and so is the remark that the number is also the WeChat account.
    """
    refuse_lost_digits(text)
    number = tidy(_SAME_FOR_WECHAT.sub("", text.strip()))
    number = re.sub(r"^(?:\+|00)?\(?(?:\+|00)?86\)?(?=1\d{10}$)", "", number)
    if re.fullmatch(r"1[3-9]\d{9}", number):
        return number
    digits = re.sub(r"\D", "", number)
    if re.fullmatch(r"1[3-9]\d*", number) and len(number) != 11:
        raise BadIdentifier(
            f"手机号码应为11位，这里有{len(number)}位，请补全或删去多余的数字。",
            f"A mainland mobile number has 11 digits; this one has {len(number)}. Complete it, or take out what is too much.",
        )
    if re.fullmatch(r"[2-8]\d{6,7}", digits) and digits == number:
        raise BadIdentifier(
            "看来是没有区号的座机，请写作“区号-号码”，例如010-62345678。",
            "This seems to be a landline without its area code; write it as 010-62345678.",
        )
    if re.fullmatch(r"(?:400|800)\d{7}", digits):
        raise BadIdentifier(
            "这是企业服务热线（400/800），不是客户本人的电话，请填写手机或座机。",
            "This is a service hotline (400 or 800), not the client's own telephone; enter a mobile or landline.",
        )
    raise BadIdentifier(
        "手机号码应为11位数字，以13至19开头；境外号码请带国家或地区代码，如 +852 9123 4567。",
        "A mainland mobile number has 11 digits and starts with 13 to 19; write foreign numbers with their country code, "
        "such as +852 9123 4567.",
    )


# Country codes whose numbers are written after + or 00, longest first; other codes are taken as they come.
_COUNTRY_CODES = (
    "852",
    "853",
    "886",
    "1",
    "7",
    "20",
    "27",
    "30",
    "31",
    "32",
    "33",
    "34",
    "36",
    "39",
    "40",
    "41",
    "43",
    "44",
    "45",
    "46",
    "47",
    "48",
    "49",
    "51",
    "52",
    "53",
    "54",
    "55",
    "56",
    "57",
    "58",
    "60",
    "61",
    "62",
    "63",
    "64",
    "65",
    "66",
    "81",
    "82",
    "84",
    "90",
    "91",
    "92",
    "93",
    "94",
    "95",
    "98",
)


def foreign_phone(text: str) -> str | None:
    """Return a number of another country as `+852 91234567`, None for other text.

    It needs + or 00, and a country that is not the mainland.
    """
    plain = _APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).strip())
    found = re.fullmatch(r"\(?(?:\+|00)\s*\(?(\d[\d\s().\-]{5,20}\d)", plain)
    if not found:
        return None
    digits = re.sub(r"\D", "", found.group(1))
    if digits.startswith("86") or not 7 <= len(digits) <= 15:
        return None
    country = next((code for code in _COUNTRY_CODES if digits.startswith(code)), digits[:3])
    return f"+{country} {digits[len(country) :]}"


LANDLINE = re.compile(
    r"(?:(?:\+|00)86[\s-]*\(?0?\)?|\(?0)"  # the country code, or the zero that replaces it
    r"(10|2\d|[3-9]\d{2})\)?[\s-]*"  # area
    r"([2-8]\d{2,3})[\s-]?(\d{4})"  # number
    r"(?:\s*(?:-|转|ext\.?|#)\s*(\d{1,6}))?",  # extension
    re.IGNORECASE,
)


def landline(text: str) -> str:
    """Check a mainland landline: `010-88886666` or `010-88886666-801`.

    Area code, 7 or 8 digits, an extension if any.
    """
    refuse_lost_digits(text)
    found = LANDLINE.fullmatch(_APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).strip()))
    if found is None:
        raise BadIdentifier(
            "座机号码应写作“区号-号码”，例如010-88886666，请核对。",
            "A landline is written with its area code, such as 010-88886666; please check it.",
        )
    area, head, tail, extension = found.groups()
    return f"0{area}-{head}{tail}" + (f"-{extension}" if extension else "")


def travel_document(text: str) -> str:
    """Check a passport, a permit of Hong Kong, Macao or Taiwan residents (回乡证, 台胞证) or a 港澳通行证.

    A lenient pattern, since issuers change their forms: 7 to 11 letters and digits with at least five digits.
    """
    number = tidy(text)
    if not re.fullmatch(r"[A-Z0-9]{7,11}", number) or sum(sign.isdigit() for sign in number) < 5:
        raise BadIdentifier(
            "护照或通行证号码应为7至11位字母和数字，请核对。",
            "A passport or travel permit number has 7 to 11 letters and digits; please check it.",
        )
    return number


def bank_card(text: str) -> str:
    """A bank card number: 12 to 19 digits whose last one is right by Luhn's rule."""
    refuse_lost_digits(text)
    number = tidy(text)
    if not re.fullmatch(r"\d{12,19}", number):
        raise BadIdentifier(
            "银行卡号应为12至19位数字，请核对。",
            "A bank card number has 12 to 19 digits; please check it.",
        )
    if not int(number) or not luhn.is_valid(number):
        raise BadIdentifier(
            "银行卡号校验位不符，可能有一位写错，请逐位核对。",
            "The bank card number does not fit its check digit; one digit is probably mistyped.",
        )
    return number


# Kind of an account by the form of its number; the first match is used, and all are lenient.
SECURITIES_ACCOUNTS = (
    ("sh_a_person", r"A\d{9}"),
    ("sh_a_institution", r"B\d{9}"),
    ("sh_a_proprietary", r"D\d{9}"),
    ("sh_b", r"C\d{9}"),
    ("sh_fund", r"F\d{9}"),
    ("sh_margin", r"E\d{9}"),
    ("one_code", r"\d{12}"),
    ("sz_margin", r"06\d{8}"),
    ("sz_institution", r"08\d{8}"),
    ("sz_fund", r"001\d{7}"),
    ("sz_a_person", r"0[01]\d{8}"),
    ("sz_b", r"20\d{8}"),
    ("neeq", r"4\d{9}"),
)


def securities_account(text: str) -> tuple[str, str]:
    """Check a shareholder account (股东账户) or one-code account (一码通); return number and likely kind.

    The kind is "other" if no pattern matches a plausible number, since firms' exports alter accounts.
    """
    number = tidy(text)
    for kind, pattern in SECURITIES_ACCOUNTS:
        if re.fullmatch(pattern, number):
            return number, kind
    if re.fullmatch(r"[A-Z0-9]{6,14}", number) and any(sign.isdigit() for sign in number):
        return number, "other"
    raise BadIdentifier(
        "股东账户应为6至14位字母和数字，请核对。",
        "A securities account has 6 to 14 letters and digits; please check it.",
    )


def client_account(text: str) -> str:
    """Check a firm's own client or fund account number (客户号, 资金账号): 4 to 14 digits."""
    number = tidy(text)
    if not re.fullmatch(r"\d{4,14}", number):
        raise BadIdentifier(
            "资金账号或客户号应为4至14位数字，请核对。",
            "A client or fund account number has 4 to 14 digits; please check it.",
        )
    return number


def age_on(born_on: date, day: date) -> int:
    """Return full years on `day`; a birthday on 29 February counts from 1 March in common years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
