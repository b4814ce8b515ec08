"""Deliver approved advice: by mail through the outbox, or handed over. Both are checked again at that moment."""

from dakehu.domains.advice.models import Advice, AdviceOutcome
from dakehu.domains.advice.policies.parameters import ADVICE
from dakehu.domains.advice.records import checks, rules
from dakehu.domains.advice.records.actions import SUBJECT, get_own_advice
from dakehu.domains.advice.records.choices import AdviceChannel, AdviceState
from dakehu.domains.advice.records.steps import reach
from dakehu.domains.clients.mail_addresses import find_mail_contact
from dakehu.domains.compliance.approvals.requests import approved
from dakehu.domains.service.deliveries import client_text, outbox
from dakehu.domains.service.deliveries.permission_to_send import may_send
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

KIND = "client_mail"
CHANNEL = Parameter("channel", choice_set=AdviceChannel, spec=FieldSpec("送达方式", "Deliver by"))


@action(
    "advice.deliver_advice",
    needs=Permission.ADVICE_WRITE,
    registration=checks.ADVISER,
    zh="送达客户",
    en="Deliver advice",
    parameters=(ADVICE, CHANNEL),
    irreversible=bilingual(
        "送达的建议不能撤回或修改。", "Advice that was delivered is neither taken back nor changed."
    ),
)
def deliver_advice(*, advice: int, channel: str) -> Advice:
    """Deliver exactly what was approved, by its adviser; suitability, wording and permission to write are checked again now.

    Raises Refused with the reasons. The days on which its outcome is measured are set.
    """
    row = get_own_advice(advice)
    me = team.current_user()
    if me is None or row.adviser_id != me.pk:
        raise refusal("advice", "由提出建议的投资顾问本人送达。", "Its adviser delivers it in person.")
    if not approved(SUBJECT, row.pk, checks.content_digest(row)):
        raise refusal(
            "advice",
            "未获批准，或批准后内容已变更：请重新提交审批。",
            "It is not approved, or it changed since: submit it again.",
        )
    row.checks = checks.check(row)
    text = checks.letter_of(row)
    against = [one.text for one in client_text.refusals(text, KIND)]
    if against:
        raise Refused({"": against})
    row.channel = channel
    if channel == AdviceChannel.MAIL:
        row.delivery_ref = _queue(row, text, {"Reply-To": me.mail} if me.mail else None)
    row.delivered_at = clock.now()
    reach(row, AdviceState.DELIVERED)
    for months, day in rules.due_days(clock.local(row.delivered_at).date()).items():
        AdviceOutcome(advice=row, client_id=row.client_id, months=months, due_on=day).save()
    publish_event("advice.delivered", advice=row.pk)
    return row


def _queue(row: Advice, text: str, headers: dict[str, str] | None) -> int:
    """Put the letter into the outbox and return the id of its delivery. Raises Refused by the rule that blocks it."""
    against = [one.text for one in may_send(row.client, "mail", KIND) if one.rule != "quiet_hours"]
    contact = find_mail_contact(row.client)
    if contact is None:
        against.append(bilingual("客户没有邮箱，请选择面交。", "The client has no mail address; hand it over."))
    if contact is None or against:
        raise Refused({"channel": against})
    with elevated("write to the client by the address on record"):
        address = contact.value.open()
    return outbox.queue(
        channel="mail",
        address=address,
        subject=row.subject,
        text=text,
        key=f"advice:{row.pk}",
        kind=KIND,
        client=row.client_id,
        headers=headers,
        title=str(bilingual("投资建议", "Advice")),
        link=f"/advice/{row.pk}/",
    )
