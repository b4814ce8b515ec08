"""Queries of campaigns: the list, one with its texts and counts, a preview, and the results."""

from collections import Counter
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.compliance.approvals.queries import can_decide
from dakehu.domains.growth.campaigns import measures, rules, segments, texts
from dakehu.domains.growth.campaigns.actions import SUBJECT, get_campaign
from dakehu.domains.growth.campaigns.conflicts import RULE, RULE_TEXT
from dakehu.domains.growth.campaigns.sending import NOT_VISIBLE, members_to_send
from dakehu.domains.growth.choices import CampaignState, MemberGroup
from dakehu.domains.growth.models import Campaign, CampaignMember
from dakehu.domains.growth.parameters import CAMPAIGN, FILTERS, LIMIT, OFFSET, ORDER
from dakehu.domains.service.deliveries.client_rules import rule_text
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

RULES = {
    NOT_VISIBLE: bilingual("发送时已不在负责人的服务范围", "No longer served by the sender at the time"),
    RULE: RULE_TEXT,
}
ROWS = 100
CLIENT = parameters_of("growth.CampaignMember", "client")
GROUP = Parameter("group", required=False, choice_set=MemberGroup, spec=FieldSpec("分组", "Group"))


@query("growth.campaigns", needs=Permission.GROWTH_READ, zh="营销活动列表", en="Campaigns", parameters=(FILTERS, ORDER))
def campaigns(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible campaigns, the newest first."""
    rows = filter_rows(Campaign.objects.all(), filters or {}, order or "")
    return rows if order else rows.order_by("-pk")


@query("growth.campaign", needs=Permission.GROWTH_READ, zh="营销活动", en="A campaign", parameters=(CAMPAIGN,))
def campaign_detail(*, campaign: int) -> Campaign:
    """Return one campaign."""
    return get_campaign(campaign)


@query(
    "growth.client_campaigns",
    needs=Permission.GROWTH_READ,
    zh="客户的营销活动",
    en="Campaigns of a client",
    parameters=CLIENT,
)
def client_campaigns(*, client: Any) -> Any:
    """Return the campaigns of a client with the client's group, the newest first."""
    return CampaignMember.objects.filter(client=client).order_by("-pk")


@query(
    "growth.campaign_page",
    needs=Permission.GROWTH_READ,
    zh="营销活动页面",
    en="Page of a campaign",
    parameters=(CAMPAIGN,),
)
def campaign_page(*, campaign: int) -> dict[str, Any]:
    """Return a campaign with texts, counts and approval.

    {campaign, shown, segment: {filters, text}, texts: [{channel, language, subject, body, edition, …}], list: {total, groups:
    {group: count}, excluded: [{rule, text, count}]} of the frozen list or None, approval: {…} or None, can: {preview,
    edit, submit, decide, send}}.
    """
    row = get_campaign(campaign)
    written = sorted(texts.texts_of(row).values(), key=lambda one: (str(one.channel), str(one.language) != "zh"))
    approval = approvals.find_approval(SUBJECT, row.pk)
    return {
        "campaign": render_row(row),
        "shown": render_row(row, shown=True),
        "segment": {"filters": row.filters, "text": row.text},
        "texts": [
            {**shown, "channel_code": str(one.channel), "language_code": str(one.language), "body": one.body}
            for one, shown in zip(written, render_rows(written, shown=True), strict=True)
        ],
        "list": _frozen_counts(row),
        "approval": {**render_row(approval, shown=True), "state_code": str(approval.state)} if approval else None,
        "can": _can(row, approval),
    }


def _can(row: Campaign, approval: Any) -> dict[str, bool]:
    """Return the actor's permitted actions on a campaign now."""
    actor = current_actor()
    is_own = row.owner_id == actor.user_id or row.owner_id in actor.covers
    writes = actor.may(Permission.CAMPAIGN_WRITE) and is_own
    with elevated("look for clients to write to"):
        rest = row.sent_at is not None and members_to_send(row).exists()
    return {
        "preview": row.sent_at is None and (bool(row.list_digest) or row.owner_id == actor.user_id),
        "edit": writes and row.sent_at is None,
        "submit": writes and row.state == CampaignState.DRAFT and row.owner_id == actor.user_id,
        "decide": approval is not None and can_decide(approval),
        "send": writes and (row.state == CampaignState.APPROVED or rest),
    }


def rule_lines(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return [{rule, text, count}] of refusals, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [{"rule": rule, "text": rule_text(rule, RULES), "count": count} for rule, count in ordered]


def _frozen_counts(row: Campaign) -> dict[str, Any] | None:
    """Return the numbers of the frozen list, of all its clients regardless of scope; None if none is frozen."""
    if not row.list_digest:
        return None
    with elevated("count the clients of a campaign"):
        pairs = CampaignMember.objects.filter(campaign=row).values_list("group", "excluded_by")
        counted = Counter((str(group), rule) for group, rule in pairs)
    groups: Counter[str] = Counter()
    for (group, _), count in counted.items():
        groups[group] += count
    excluded = {rule: count for (group, rule), count in counted.items() if group == MemberGroup.EXCLUDED}
    names = {one.value: groups[one.value] for one in MemberGroup}
    return {"total": sum(groups.values()), "groups": names, "excluded": rule_lines(excluded)}


@query(
    "growth.campaign_preview",
    needs=Permission.GROWTH_READ,
    zh="营销活动预览",
    en="Preview of a campaign",
    parameters=(CAMPAIGN, OFFSET),
)
def campaign_preview(*, campaign: int, offset: int | None = None) -> dict[str, Any]:
    """Return a preview of sending a campaign now: counts by rule, and a text as one client would receive it.

    {clients, reachable, control, refused: [{rule, text, count}], wording: [texts], sample: {client, channel, language, subject,
    text, refused: [texts]} or None}. `offset` selects the client of the sample. A client refused by several rules is counted
    for each. A draft is checked for its owner's clients, later for those of the frozen list still to be contacted.
    Raises Refused for another person's draft, whose scope differs.
    """
    row = get_campaign(campaign)
    written = texts.texts_of(row)
    numbers, visible = _preview_clients(row)
    checked = segments.check_clients(row, numbers, written)
    refused = Counter(rule for names in checked.refused.values() for rule in names)
    control = 0 if row.list_digest else len(segments.draw_of(row, checked, "preview").control)
    reachable = sum(1 for one in checked.clients if one not in checked.refused)
    kind = texts.delivery_kind(row)
    wording = {one.rule: one.text for message in written.values() for one in texts.wording_refusals(message, kind)}
    return {
        "clients": len(checked.clients),
        "reachable": max(reachable - control, 0),
        "control": control,
        "refused": rule_lines(refused),
        "wording": list(wording.values()),
        "sample": _sample(row, checked, written, visible[(offset or 0) % len(visible)] if visible else None),
    }


def _preview_clients(row: Campaign) -> tuple[list[int], list[int]]:
    """Return the clients of a preview, and those of them whom the actor sees."""
    if not row.list_digest:
        if row.owner_id != current_actor().user_id:
            raise refusal("campaign", "草稿由负责人预览。", "The owner previews a draft.")
        numbers = segments.clients_of(row)
        return numbers, numbers
    visible = list(members_to_send(row).order_by("pk").values_list("client_id", flat=True))
    with elevated("count the clients of a campaign"):
        every = list(members_to_send(row).order_by("pk").values_list("client_id", flat=True))
    return every, visible


def _sample(
    row: Campaign, checked: segments.Checked, written: texts.Texts, number: int | None
) -> dict[str, Any] | None:
    """Return a text as one client would receive it, None without a text or a visible client."""
    if number is None or not written:
        return None
    client = clients.get_client(number)
    channel = checked.channels.get(client.pk, texts.channels_of(written)[0])
    language = "en" if texts.english_readers(row, [client.pk]) else "zh"
    message = texts.text_for(written, channel, language)
    subject, text = texts.fill_message(message, client) if message is not None else ("", "")
    return {
        "client": render_row(client, ("name",), shown=True)["name"],
        "client_id": client.pk,
        "channel": channel,
        "language": language,
        "subject": subject,
        "text": text,
        "refused": [rule_text(rule, RULES) for rule in checked.refused.get(client.pk, ())],
    }


@query(
    "growth.campaign_members",
    needs=Permission.GROWTH_READ,
    zh="营销活动客户",
    en="Clients of a campaign",
    parameters=(CAMPAIGN, GROUP, LIMIT, OFFSET),
)
def campaign_members(
    *, campaign: int, group: str | None = None, limit: int | None = None, offset: int | None = None
) -> dict[str, Any]:
    """Return the visible clients of a frozen list: {count, rows: [{client, client_id, group, rule: text or ""}]}."""
    rows = CampaignMember.objects.filter(campaign=get_campaign(campaign))
    if group:
        rows = rows.filter(group=group)
    start = offset or 0
    some = list(rows.select_related("client").order_by("pk")[start : start + min(limit or ROWS, 1000)])
    shown = render_rows(some, ("client", "group"), shown=True)
    return {
        "count": rows.count(),
        "rows": [
            {**text, "client_id": one.client_id, "rule": rule_text(one.excluded_by or one.refused_by, RULES)}
            for one, text in zip(some, shown, strict=True)
        ],
    }


@query(
    "growth.campaign_results",
    needs=Permission.GROWTH_READ,
    zh="营销活动结果",
    en="Results of a campaign",
    parameters=(CAMPAIGN,),
)
def campaign_results(*, campaign: int) -> dict[str, Any]:
    """Return the results of a campaign, counted over all its clients.

    {messages: measures.message_counts with `refused` as [{rule, text, count}], effects: measures.effects_of, first_on, last_on,
    is_over, minimum}; the days are None before sending began.
    """
    row = get_campaign(campaign)
    with elevated("count what came of a campaign"):
        counts, effects = measures.message_counts(row), measures.effects_of(row)
    window = measures.window_of(row)
    return {
        "messages": {**counts, "refused": rule_lines(counts["refused"])},
        "effects": effects,
        "first_on": window[0] if window else None,
        "last_on": window[1] if window else None,
        "is_over": measures.is_window_over(row),
        "minimum": rules.MINIMUM,
    }
