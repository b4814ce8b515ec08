"""Clients' consent statements by purpose of data use: each statement is one row, the last one applies."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from dakehu.domains.clients.choices import ConsentState, Purpose
from dakehu.domains.clients.models import Client, Consent
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual

# Purposes that need a consent of their own with its notice and evidence (PIPL 23, 29, 39).
SEPARATE = frozenset({Purpose.SENSITIVE, Purpose.SHARING, Purpose.ABROAD})

Statement = tuple[date, str, str, str]  # day, purpose, channel ("" for every one), state


def write_statement(
    client: Client,
    purpose: str,
    state: str,
    *,
    channel: str = "",
    stated_on: date | None = None,
    way: str = "",
    text_version: str = "",
    evidence: str = "",
) -> Consent:
    """Write a client's statement in the open action, dated today by default. Raises Refused (see `statement_faults`)."""
    day = stated_on or clock.today()
    faults = statement_faults(purpose, state, day, clock.today(), text_version, evidence)
    if faults:
        raise Refused({name: [text] for name, text in faults.items()})
    row = Consent(
        client=client,
        purpose=purpose,
        state=state,
        channel=channel,
        stated_on=day,
        way=way,
        text_version=text_version,
        evidence=evidence,
    )
    row.save()
    return row


def statement_faults(
    purpose: str, state: str, day: date, today: date, text_version: str, evidence: str
) -> dict[str, Bilingual]:
    """Return {field: error} of a statement: a future day; a separate consent without notice or evidence. Pure.

    A refusal or withdrawal requires neither: withdrawal must be easy (PIPL 15).
    """
    faults = {}
    if day > today:
        faults["stated_on"] = bilingual("日期不能晚于今天。", "The day cannot be to come.")
    if purpose in SEPARATE and state == ConsentState.GIVEN:
        if not text_version:
            faults["text_version"] = bilingual(
                "此用途须取得单独同意：请写明客户看到的告知文本版本。",
                "This purpose needs a separate consent: name the version of the notice that the client saw.",
            )
        if not evidence:
            faults["evidence"] = bilingual(
                "此用途须取得单独同意：请写明凭证。", "This purpose needs a separate consent: name its evidence."
            )
    return faults


def last_state(statements: Iterable[Statement], purpose: str, channel: str = "") -> str:
    """Return the client's latest state for a purpose and channel, "" where there is none. `statements`: oldest first. Pure.

    A statement for every channel replaces those for single ones before it. Without a channel, only statements for every
    channel apply.
    """
    found = [state for _, about, way, state in statements if about == purpose and way in ("", channel)]
    return found[-1] if found else ""


def statements_of(clients: Iterable[int]) -> dict[int, list[Statement]]:
    """Return {client id: statements, oldest first} of visible clients."""
    rows = Consent.objects.filter(client_id__among=list(clients)).order_by("stated_on", "pk")
    found: dict[int, list[Statement]] = {}
    for number, *rest in rows.values_list("client_id", "stated_on", "purpose", "channel", "state"):
        found.setdefault(number, []).append((rest[0], rest[1], rest[2], rest[3]))
    return found


def has_consent(client: Any, purpose: str, channel: str = "") -> bool:
    """Return whether a visible client's latest statement on a purpose is a consent; a withdrawal applies immediately."""
    return last_state(statements_of([client]).get(client, ()), purpose, channel) == ConsentState.GIVEN
