"""Results of a campaign: delivery states, and outcomes of the contacted compared with those of the control group."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q

from dakehu.domains.growth.campaigns import rules
from dakehu.domains.growth.choices import CampaignState, MemberGroup, Outcome
from dakehu.domains.growth.models import Campaign, CampaignMember, Opportunity
from dakehu.domains.ledger.trades.reader import trades_of_clients
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.schema.fields import model_of

ANSWERS = ("call", "wechat", "mail", "message")  # channels of an interaction that count as a response
MEETINGS = ("meeting", "event", "video")
SENT = ("accepted", "delivered")
FAILED = ("failed_final", "bounced")


def window_of(campaign: Campaign) -> tuple[date, date] | None:
    """Return the first and last day on which outcomes count, None before sending began."""
    if campaign.sent_at is None:
        return None
    first = clock.local(campaign.sent_at).date()
    return first, first + timedelta(days=campaign.window_days)


def message_counts(campaign: Campaign) -> dict[str, Any]:
    """Return delivery counts: {clients, waiting, sent, delivered, failed, unknown, refused: {rule: count}}.

    `sent` were accepted by the next server; `delivered` are sent messages that did not bounce. Refusals of the campaign and
    of the outbox are both counted. The numbers add up to `clients`, `delivered` being part of `sent`.
    """
    members = CampaignMember.objects.filter(campaign=campaign, group=MemberGroup.CONTACTED.value)
    refused: Counter[str] = Counter(members.exclude(refused_by="").values_list("refused_by", flat=True))
    states: Counter[str] = Counter()
    numbers = members.exclude(delivery_ref=None).values_list("delivery_ref", flat=True)
    for some in chunks(numbers):
        for state, rule in model_of("service.Delivery").objects.filter(pk__among=some).values_list("state", "rule"):
            states[state] += 1
            if state == "suppressed":
                refused[rule] += 1
    sent = sum(states[state] for state in (*SENT, "bounced"))
    failed = states["failed_final"]
    known = sent + failed + states["unknown"] + sum(refused.values())
    clients = members.count()
    return {
        "clients": clients,
        "waiting": clients - known,
        "sent": sent,
        "delivered": sent - states["bounced"],
        "failed": failed,
        "unknown": states["unknown"],
        "refused": dict(refused.most_common()),
    }


def outcomes_of(clients: Iterable[int], first: date, last: date, are_trades_wanted: bool = True) -> dict[str, set[int]]:
    """Return {outcome: the clients who had it} from the first to the last day, regardless of its cause.

    Trades are read from files, and only if requested.
    """
    since, until = _start(first), _start(last + timedelta(days=1))
    found: dict[str, set[int]] = {one.value: set() for one in Outcome}
    for numbers in chunks(set(clients)):
        of = Q(client_id__among=numbers)
        held = model_of("service.Interaction").objects.filter(of, held_at__gte=since, held_at__lt=until)
        mails = model_of("service.Mail").objects.filter(of, direction="in", sent_at__gte=since, sent_at__lt=until)
        meetings = model_of("service.Meeting").objects.filter(
            of, state="held", starts_at__gte=since, starts_at__lt=until
        )
        business = Opportunity.objects.filter(of, opened_on__gte=first, opened_on__lte=last)
        found["answered"] |= _ids(held.filter(channel__in=ANSWERS)) | _ids(mails)
        found["met"] |= _ids(held.filter(channel__in=MEETINGS)) | _ids(meetings)
        found["opened"] |= _ids(business)
        if not are_trades_wanted:
            continue
        trades = trades_of_clients(numbers).select(["client", "day"])
        pairs = zip(trades["client"].to_pylist(), trades["day"].to_pylist(), strict=True)
        found["traded"] |= {client for client, day in pairs if first <= day <= last}
    return found


def _start(day: date) -> datetime:
    return clock.at_local(datetime.combine(day, time.min))


def _ids(rows: Any) -> set[int]:
    return set(rows.values_list("client_id", flat=True))


def effects_of(campaign: Campaign) -> list[dict[str, Any]]:
    """Return the effect by every outcome, the main one first: [{outcome, name, is_main, contacted, contacted_of, control,
    control_of, difference, low, high (None: too few), verdict}]; [] before sending began."""
    window = window_of(campaign)
    if window is None:
        return []
    members = CampaignMember.objects.filter(campaign=campaign)
    contacted = _ids(members.filter(group=MemberGroup.CONTACTED.value))
    control = _ids(members.filter(group=MemberGroup.CONTROL.value))
    found = outcomes_of(contacted | control, *window)
    lines = []
    for outcome in Outcome:
        having = found[outcome.value]
        effect = rules.effect(len(having & contacted), len(contacted), len(having & control), len(control))
        is_main = str(campaign.outcome) == outcome.value
        line = {"outcome": outcome.value, "name": Outcome.text_of(outcome.value), "is_main": is_main}
        lines.append({**line, **vars(effect), "verdict": effect.verdict})
    return sorted(lines, key=lambda one: not one["is_main"])


def is_window_over(campaign: Campaign) -> bool:
    """Return whether all days on which outcomes count are past."""
    window = window_of(campaign)
    return campaign.state == CampaignState.SENT and window is not None and window[1] < clock.today()
