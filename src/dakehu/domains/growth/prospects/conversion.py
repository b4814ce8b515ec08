"""Convert a prospect to a client without re-entry, keeping the history.

Contacts become interactions of the client with the same people and times; the marketing choice becomes a
consent; opportunities are moved; the referral keeps its referring client.
"""

from typing import Any

from dakehu.domains.clients import actions as clients
from dakehu.domains.clients import choices
from dakehu.domains.growth.choices import MarketingChoice, ProspectState
from dakehu.domains.growth.models import Opportunity, PoolEvent, Prospect, ProspectContact, StageChange
from dakehu.domains.growth.parameters import ANYWAY, PROSPECT, VERSION
from dakehu.domains.growth.prospects import rules
from dakehu.domains.growth.prospects.details import get_prospect
from dakehu.domains.service import actions as service
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.records.recorded import add_audit_note, publish_event
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

EXISTING = Parameter(
    "existing",
    "growth.Referral",
    "client",
    required=False,
    spec=FieldSpec(
        "已有客户",
        "Existing client",
        help_zh="已是客户的，填写客户号，不再新建",
        help_en="Where they are a client already",
    ),
)
FOLLOWED = bilingual("线索跟进", "Followed as a prospect")


@action(
    "growth.convert_prospect",
    needs=Permission.PROSPECT_WRITE,
    zh="转为客户",
    en="Convert a prospect into a client",
    parameters=(PROSPECT, VERSION, parameters_of("clients.Client", optional=("code", "segment")), EXISTING, ANYWAY),
)
def convert_prospect(
    *, prospect: int, version: int | None = None, existing: Any = None, anyway: bool | None = None, **details: Any
) -> dict[str, Any]:
    """Convert a prospect to a new client, or link it to an existing one.

    The client is covered by the prospect's owner. Raises LikelyDuplicate as adding a client does; `existing` or `anyway`
    resolves it. Returns {client: id, code, interactions: contacts carried over, opportunities}.
    """
    row = get_prospect(prospect)
    check_version(row, version)
    error = rules.ended_error(str(row.state))
    if error is not None:
        raise refusal(*error)
    if row.owner_id is None:
        raise refusal("prospect", "请先领取这条线索。", "Claim this prospect first.")
    client = existing if existing is not None else _new_client(row, bool(anyway), details)
    with elevated("the history of a prospect goes to the client"):
        _carry_consent(row, client)
        contacts = _carry_contacts(row, client)
        opportunities = _carry_opportunities(row, client)
        _note(row, client)
    if row.next_contact_on is not None and row.next_contact_on >= clock.today():
        service.plan_follow_up(client=client, due_on=row.next_contact_on, subject=str(FOLLOWED), owner=row.owner)
    add_audit_note(prospect=row.pk, client=client.pk)
    publish_event("growth.prospect_converted", prospect=row.pk, client=client.pk)
    return {"client": client.pk, "code": client.code, "interactions": contacts, "opportunities": opportunities}


def _new_client(row: Prospect, anyway: bool, details: dict[str, Any]) -> Any:
    """Return the client created from the data of a prospect."""
    with elevated("carry the numbers of a prospect over"):
        phone, mail, number = (value.open() if value else None for value in (row.phone, row.mail, row.id_number))
    is_person = str(row.kind) == choices.Kind.PERSON
    known = {
        "kind": row.kind,
        "employer": row.employer if is_person else "",
        "occupation": row.position if is_person else "",
        "id_type": row.id_type,
        "id_number": number,
        "remark": row.remark,
        **{name: value for name, value in details.items() if value},
    }
    return clients.create(
        name=row.name,
        phone=phone,
        mail=mail,
        staff=row.owner if row.owner_id != current_actor().user_id else None,
        anyway=anyway,
        **{name: value for name, value in known.items() if value not in (None, "")},
    )


def _carry_consent(row: Prospect, client: Any) -> None:
    """Convert the prospect's marketing choice to a consent or a refusal of the client."""
    if str(row.marketing) == MarketingChoice.UNKNOWN:
        return
    is_given = str(row.marketing) == MarketingChoice.GIVEN
    model_of("clients.Consent")(
        client=client,
        purpose=choices.Purpose.MARKETING.value,
        state=(choices.ConsentState.GIVEN if is_given else choices.ConsentState.REFUSED).value,
        stated_on=row.marketing_on or clock.today(),
        evidence=row.marketing_evidence,
    ).save()


def _carry_contacts(row: Prospect, client: Any) -> int:
    """Convert contacts with the prospect to interactions of the client, with their authors and times."""
    contacts = list(ProspectContact.objects.filter(prospect=row).order_by("held_at", "pk"))
    interactions = model_of("service.Interaction")
    made = [
        interactions(
            client=client,
            held_at=contact.held_at,
            channel=contact.channel,
            staff_id=contact.staff_id,
            purpose=str(FOLLOWED),
            summary=contact.summary,
            result=contact.result,
        )
        for contact in contacts
    ]
    if not made:
        return 0
    record_rows(interactions, made, [], [], client_ids=[client.pk])
    for contact, interaction in zip(contacts, made, strict=True):
        contact.client, contact.interaction = client, interaction
    record_rows(ProspectContact, [], contacts, ["client", "interaction"], client_ids=[client.pk])
    service.update_contact_dates(client, clock.local(contacts[-1].held_at).date())
    return len(made)


def _carry_opportunities(row: Prospect, client: Any) -> int:
    """Move the opportunities of the prospect to the client."""
    opportunities = list(Opportunity.objects.filter(prospect=row, client=None))
    for opportunity in opportunities:
        opportunity.client = client
    if opportunities:
        record_rows(Opportunity, [], opportunities, ["client"], client_ids=[client.pk])
    for model, rows in (
        (StageChange, StageChange.objects.filter(opportunity__in=[one.pk for one in opportunities])),
        (PoolEvent, PoolEvent.objects.filter(prospect=row)),
    ):
        held = list(rows)
        for one in held:
            one.client = client
        if held:
            record_rows(model, [], held, ["client"], client_ids=[client.pk])
    return len(opportunities)


def _note(row: Prospect, client: Any) -> None:
    """Record on the prospect the client they became."""
    row.client, row.converted_on, row.state = client, clock.today(), ProspectState.CONVERTED.value
    row.recycle_on = row.warned_on = row.warned_last_on = None
    row.save()
