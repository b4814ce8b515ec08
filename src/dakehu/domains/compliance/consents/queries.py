"""Queries of consents: the purposes with their notices, and a client's statement on each."""

from typing import Any

from dakehu.domains.clients import consents
from dakehu.domains.clients.choices import ConsentState, Purpose
from dakehu.domains.compliance.consents.purposes import PURPOSES
from dakehu.domains.compliance.consents.texts import texts_in_force
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.client_cards import ClientCard, declare
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.parameters import parameters_of

CLIENT = parameters_of("clients.Consent", "client")
PURPOSE = parameters_of("clients.Consent", "purpose")
CARD = "compliance.consent_card"
TONES = {"given": "good", "refused": "bad", "withdrawn": "bad", "": ""}
NOTHING = bilingual("未表示", "Nothing said")


def has_consent(client_id: int, purpose: str, channel: str = "") -> bool:
    """Return whether a visible client's last statement on a purpose is a consent; a withdrawal applies immediately."""
    return consents.has_consent(client_id, purpose, channel)


@query(
    "compliance.has_consent",
    needs=Permission.CLIENT_READ,
    zh="是否同意",
    en="Whether a client consents",
    parameters=(CLIENT, PURPOSE),
)
def client_has_consent(*, client: Any, purpose: str) -> dict[str, Any]:
    """Return {has_consent, state: given | refused | withdrawn | ""} of a client and a purpose now."""
    state = consents.last_state(consents.statements_of([client.pk]).get(client.pk, ()), str(purpose))
    return {"has_consent": state == ConsentState.GIVEN, "state": state}


@query("compliance.purposes", needs=Permission.COMPLIANCE_READ, zh="用途与告知文本", en="Purposes and notices")
def purposes() -> list[dict[str, Any]]:
    """Return the purposes of use with the notice in force, and the number of visible clients by last statement.

    [{purpose, name, use, basis, after_refusal, source, needs_consent, is_separate, text: {code, zh, en, effective_from} or
    None, given, refused}]. Clients are counted by their last statement for every channel.
    """
    texts, counts = texts_in_force(clock.today()), _counts()
    return [
        {
            "purpose": one.purpose.value,
            "name": one.purpose.text,
            "use": str(one.use),
            "basis": str(one.basis),
            "after_refusal": str(one.after_refusal),
            "source": one.source,
            "needs_consent": one.needs_consent,
            "is_separate": one.is_separate,
            "text": _text(texts.get(one.purpose.value)),
            "given": counts.get((one.purpose.value, "given"), 0),
            "refused": counts.get((one.purpose.value, "refused"), 0) + counts.get((one.purpose.value, "withdrawn"), 0),
        }
        for one in PURPOSES.values()
    ]


def _text(row: Any) -> dict[str, str] | None:
    if row is None:
        return None
    return {"code": row.code, "zh": row.text_zh, "en": row.text_en, "effective_from": row.effective_from.isoformat()}


def _counts() -> dict[tuple[str, str], int]:
    """Return {(purpose, state): visible clients whose last statement it is}."""
    last: dict[tuple[int, str], str] = {}
    rows = model_of("clients.Consent").objects.filter(channel="").order_by("stated_on", "pk")
    for client, purpose, state in rows.values_list("client_id", "purpose", "state").iterator():
        last[client, purpose] = state
    counts: dict[tuple[str, str], int] = {}
    for (_, purpose), state in last.items():
        counts[purpose, state] = counts.get((purpose, state), 0) + 1
    return counts


@query(CARD, needs=Permission.CLIENT_READ, zh="同意与授权卡片", en="Card of a client's consents", parameters=CLIENT)
def consent_card(*, client: Any) -> dict[str, Any]:
    """Return a client's statement on each purpose, with its date (foundation.schema.client_cards)."""
    rows = model_of("clients.Consent").objects.filter(client=client).order_by("stated_on", "pk")
    last = {str(row.purpose): row for row in rows if not row.channel}
    return {
        "facts": [
            {"what": one.purpose.text, **_last_statement(last.get(one.purpose.value), one.needs_consent)}
            for one in PURPOSES.values()
        ],
        "notes": [_channel_statement(row) for row in rows if row.channel][-4:],
        "actions": ["compliance.give_consent", "compliance.withdraw_consent"],
    }


def _last_statement(row: Any, needs_consent: bool) -> dict[str, str]:
    """Return the last statement on a purpose as text and tone."""
    if row is None:
        text = NOTHING if needs_consent else bilingual("按合同，无须同意", "By contract; none needed")
        return {"text": str(text), "tone": ""}
    return {"text": f"{ConsentState(str(row.state)).text} · {row.stated_on}", "tone": TONES[str(row.state)]}


def _channel_statement(row: Any) -> str:
    """Return a statement that applies to one channel."""
    kinds: Any = model_of("clients.Consent")._meta.get_field("channel").choice_set
    return f"{Purpose(str(row.purpose)).text} · {kinds.text_of(row.channel)} · {ConsentState(str(row.state)).text} · {row.stated_on}"


declare(ClientCard(CARD, "同意与授权", "Consents", CARD, order=80))
