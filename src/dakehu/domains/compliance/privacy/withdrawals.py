"""Withdraw the consents that a client's request names: effective immediately, from the day the request was received."""

import re
from datetime import date
from typing import Any

from dakehu.domains.clients.choices import ConsentState, Purpose
from dakehu.domains.clients.consents import last_state, statements_of
from dakehu.domains.compliance.consents.actions import withdraw_consent
from dakehu.domains.compliance.privacy.choices import RequestKind
from dakehu.foundation.base.errors import refusal

ALL = ("全部", "all")
SEPARATORS = re.compile(r"[、，,;；\s]+")


def purposes_of(client: Any, kind: str, text: str) -> list[Purpose]:
    """Return the purposes whose consent a request withdraws; “全部” or “all” are those that the client consents to now.

    Raises Refused for a withdrawal that names none or an unknown one, and for purposes of another kind of request.
    """
    words = [word for word in SEPARATORS.split(text) if word]
    if kind != RequestKind.WITHDRAW:
        if words:
            raise refusal("purposes", "只有撤回同意才填写用途。", "Only a withdrawal of consent names purposes.")
        return []
    if [word.lower() for word in words] in ([one] for one in ALL):
        said = statements_of([client.pk]).get(client.pk, ())
        words = [one.value for one in Purpose if last_state(said, one.value) == ConsentState.GIVEN]
    found = [Purpose.read(word) for word in words]
    unknown = [word for word, purpose in zip(words, found, strict=True) if purpose is None]
    if unknown or not found:
        raise refusal(
            "purposes",
            "请写明撤回哪些用途的同意，可选：{names}；“全部”为客户现在同意的用途。",
            "Name the purposes whose consent is withdrawn, of {names}; “all” are those consented to now.",
            names=[one.text for one in Purpose],
        )
    return list(dict.fromkeys(Purpose(str(one.value)) for one in found if one is not None))


def format_purposes(purposes: list[Purpose]) -> str:
    """Return purposes as a request stores them."""
    return ",".join(one.value for one in purposes)


def names_of(text: str) -> list[str]:
    """Return the names of stored purposes in the reader's language."""
    return [Purpose.text_of(code) for code in text.split(",") if code]


def withdraw(client: Any, purposes: list[Purpose], received_on: date, request: int) -> None:
    """Record the withdrawals in the open action, each with the request as its evidence."""
    for purpose in purposes:
        withdraw_consent(
            client=client, purpose=purpose.value, stated_on=received_on, evidence=f"个人信息请求 {request}"
        )
