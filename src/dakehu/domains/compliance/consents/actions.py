"""Actions on consents: publish a notice, record a client's consent under it, withdraw one."""

from datetime import date
from typing import Any

from dakehu.domains.clients.choices import ConsentState
from dakehu.domains.clients.consents import has_consent, write_statement
from dakehu.domains.compliance.consents.models import ConsentText
from dakehu.domains.compliance.consents.texts import find_text
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.parameters import Fields, parameters_of

# The action determines the state, and the day determines the text.
STATED = Fields("clients.Consent", required=("client", "purpose"), without=("state", "text_version"))


@action(
    "compliance.publish_consent_text",
    needs=Permission.CONSENT_TEXTS,
    zh="发布告知文本",
    en="Publish a notice of consent",
    parameters=parameters_of("compliance.ConsentText", "purpose", "text_zh", optional=("text_en", "effective_from")),
)
def publish_consent_text(
    *, purpose: str, text_zh: str, text_en: str | None = None, effective_from: date | None = None
) -> ConsentText:
    """Publish the next version of the notice of a purpose, in force from a day (default: today).

    Raises Refused for a day before today, or one on which another version begins.
    """
    day = effective_from or clock.today()
    if day < clock.today():
        raise refusal("effective_from", "生效日期不能早于今天。", "It cannot take effect before today.")
    versions = ConsentText.objects.filter(purpose=str(purpose))
    if versions.filter(effective_from=day).exists():
        raise refusal("effective_from", "该日已有一个版本生效。", "Another version begins on that day.")
    row = ConsentText(
        purpose=purpose,
        code=f"{purpose}-{versions.count() + 1}",
        text_zh=text_zh,
        text_en=text_en or "",
        effective_from=day,
    )
    row.save()
    return row


@action(
    "compliance.give_consent",
    needs=Permission.CONSENT_WRITE,
    zh="登记同意",
    en="Record a consent",
    parameters=(STATED,),
)
def give_consent(*, client: Any, purpose: str, stated_on: date | None = None, **given: Any) -> Any:
    """Record that a client consents to a purpose under the notice in force that day.

    Raises Refused if no notice is in force, and for a separate consent without evidence.
    """
    text = find_text(str(purpose), stated_on or clock.today())
    if text is None:
        raise refusal(
            "purpose",
            "该用途当日没有生效的告知文本，请先由合规人员发布。",
            "No notice of this purpose is in force that day; compliance publishes one first.",
        )
    filled = {name: value for name, value in given.items() if value}
    row = write_statement(
        client, str(purpose), ConsentState.GIVEN.value, stated_on=stated_on, text_version=text.code, **filled
    )
    publish_event("consent.stated", client=client.pk, purpose=str(purpose), state=str(row.state))
    return row


@action(
    "compliance.withdraw_consent",
    needs=Permission.CONSENT_WRITE,
    zh="登记撤回或拒绝",
    en="Record a withdrawal or refusal",
    parameters=(STATED,),
)
def withdraw_consent(*, client: Any, purpose: str, stated_on: date | None = None, **given: Any) -> Any:
    """Record that a client withdraws a consent, or refuses one not given before. It applies immediately."""
    channel = given.get("channel") or ""
    state = ConsentState.WITHDRAWN if has_consent(client.pk, str(purpose), channel) else ConsentState.REFUSED
    filled = {name: value for name, value in given.items() if value}
    row = write_statement(client, str(purpose), state.value, stated_on=stated_on, **filled)
    publish_event("consent.stated", client=client.pk, purpose=str(purpose), state=str(row.state))
    return row
