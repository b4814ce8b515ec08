"""Rules of clients. Pure: no queries, clock or database."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dakehu.domains.clients import choices, identifiers
from dakehu.domains.clients.identifiers import BadIdentifier
from dakehu.domains.clients.masks import is_masked

RISK_TEST_DAYS = 730  # our default: firms use one or two years


def pinyin_of(name: str) -> tuple[str, str]:
    """Return (pinyin, initials) of a name in lower case without spaces.

    张伟 → ("zhangwei", "zw"), Lin Wei → ("linwei", "lw"); at most 200 and 60 characters.
    """
    if name.isascii():
        words_of = name.lower().split()
        return "".join(words_of)[:200], "".join(word[0] for word in words_of)[:60]
    from pypinyin import Style, lazy_pinyin  # slow to import: see foundation.search.text

    whole = "".join(lazy_pinyin(name)).lower().replace(" ", "")
    first: Any = {"style": Style.FIRST_LETTER, "errors": lambda latin: [word[0] for word in latin.split()]}
    letters = lazy_pinyin(name, **first)
    initials = "".join(letters).lower()
    return whole[:200], initials[:60]


def check_id_number(id_type: str, number: str) -> str:
    """Return an ID number in its standard form. Raises BadIdentifier with the reason."""
    if id_type == choices.IdType.RESIDENT:
        return identifiers.resident_id(number).number
    if id_type == choices.IdType.CREDIT_CODE:
        return identifiers.credit_code(number)
    if id_type in (choices.IdType.TRAVEL, choices.IdType.PASSPORT):
        return identifiers.travel_document(number)
    if not id_type:
        raise BadIdentifier(
            "看不出这是哪种证件的号码（不像身份证、统一社会信用代码、护照或通行证）。请核对号码，或另写明证件类型。",
            "No kind of document has numbers of this form (resident ID, credit code, passport, travel permit). Check the "
            "number, or state the kind of document.",
        )
    identifiers.refuse_lost_digits(number)
    return number.strip().upper()


def guess_id_type(kind: str, number: str) -> str:
    """The kind of document a bare number is, from its form and check digit; "" when no form fits.

    A number of the form of one kind that fails its check is of that kind all the same, so that the fault is reported.
    """
    plain = identifiers.tidy(number)
    person = kind == choices.Kind.PERSON
    checks = (
        (choices.IdType.RESIDENT, identifiers.resident_id),
        (choices.IdType.CREDIT_CODE, identifiers.credit_code),
    )
    for id_type, check in checks if person else reversed(checks):
        try:
            check(number)
        except BadIdentifier:
            continue
        return id_type.value
    if re.fullmatch(r"\d{15}|\d{17}[\dX]", plain):
        return (choices.IdType.RESIDENT if person else choices.IdType.CREDIT_CODE).value
    if len(plain) == 18:
        return choices.IdType.CREDIT_CODE.value
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d+", number.strip().upper()):
        return choices.IdType.RESIDENT.value
    if re.fullmatch(r"[EGDSP][A-Z]?\d{7,8}", plain):
        return choices.IdType.PASSPORT.value
    return choices.IdType.TRAVEL.value if re.fullmatch(r"[A-Z]{1,2}\d{6,10}[A-Z]?|\d{8}", plain) else ""


@dataclass(frozen=True)
class Reading:
    """A contact in its stored form; `warning` is the reason why it is not verified ("" if it is)."""

    kind: str
    value: str
    warning_zh: str = ""
    warning_en: str = ""


def read_contact(kind: str, value: str) -> Reading:
    """Normalise a contact. A masked one is kept as it is, with a warning.

    Raises BadIdentifier for a number or address that cannot be right.
    """
    text = value.strip()
    if is_masked(text):
        return Reading(
            kind,
            text,
            f"“{text}”是打码的号码，已作为未核实联系方式保留，请向客户核实后补全。",
            f"“{text}” is masked; it is kept as an unverified contact. Ask the client and complete it.",
        )
    if kind == choices.ContactKind.MOBILE:
        return Reading(kind, identifiers.foreign_phone(text) or identifiers.mobile(text))
    if kind == choices.ContactKind.LANDLINE:
        return Reading(kind, identifiers.foreign_phone(text) or identifiers.landline(text))
    if kind == choices.ContactKind.MAIL:
        if text.count("@") != 1 or " " in text or "." not in text.rpartition("@")[2] or text.startswith("@"):
            raise BadIdentifier(
                "邮箱应形如 name@example.com，请核对。", "Mail looks like name@example.com; please check it."
            )
        return Reading(kind, text.lower())
    return Reading(kind, text)


WAYS = {"mobile": "call", "landline": "call", "mail": "mail", "wechat": "wechat"}  # how each kind of contact is used


def contact_link(kind: str, value: str) -> str:
    """Return the address that calls or writes to a contact, "" where there is none or the value is masked.

    A mainland mobile is called as +86…; other numbers as written.
    """
    way = WAYS.get(kind)
    if is_masked(value):
        return ""
    if way == "mail":
        return f"mailto:{value}"
    if way != "call":
        return ""
    digits = "".join(sign for sign in value if sign.isdigit() or sign == "+")
    return f"tel:+86{digits}" if kind == "mobile" and not digits.startswith("+") else f"tel:{digits}"


def risk_valid_to(tested_on: date | None, stated: date | None, days: int = RISK_TEST_DAYS) -> date | None:
    """Return the last day a risk test is valid: as stated, else `days` after the test.

    None if never tested.
    """
    return stated or (tested_on + timedelta(days=days) if tested_on else None)


def next_code(taken: int) -> str:
    """Return a generated client code: DK and six digits or more."""
    return f"DK{taken + 1:06d}"


def blockers(
    *,
    risk_level: str,
    valid_to: date | None,
    refused: bool,
    status: str,
    today: date,
    frozen_since: date | None = None,
    frozen_by: tuple[str, str] = ("", ""),
) -> list[tuple[str, str]]:
    """Return what prevents business with a client now, as (zh, en) sentences.

    `frozen_since` is the day since which marketing is paused (None: it is not), `frozen_by` the reason as (zh, en).
    """
    reasons = []
    if not risk_level:
        reasons.append(("尚无风险测评", "No risk test on file"))
    elif valid_to and valid_to < today:
        reasons.append((f"风险测评已于 {valid_to} 到期", f"The risk test expired on {valid_to}"))
    if refused:
        reasons.append(("客户拒绝营销联系", "The client refuses marketing contact"))
    if frozen_since is not None:
        reasons.append(
            (
                f"营销已暂停：{frozen_by[0]}（自 {frozen_since} 起）",
                f"Marketing is paused since {frozen_since}: {frozen_by[1]}",
            )
        )
    if status == choices.Status.RESTRICTED:
        reasons.append(("客户资料限制处理，只可保存", "Restricted: data may only be stored"))
    return reasons
