"""The clients of a campaign: selected by the filter of the client list, checked by the rules, and frozen by a draw."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.growth.campaigns import rules, texts
from dakehu.domains.growth.campaigns.conflicts import RULE, conflicting_members
from dakehu.domains.growth.choices import CampaignKind, MemberGroup
from dakehu.domains.growth.models import Campaign, CampaignMember
from dakehu.domains.service.deliveries.kinds import DeliveryChannel
from dakehu.domains.service.deliveries.permission_to_send import refusals_by_client
from dakehu.foundation.records.bulk import record_columns, remove_rows

MOST = 100_000  # clients per campaign


@dataclass(frozen=True)
class Checked:
    """The clients of a segment with every rule that refuses each now, and the channel of each."""

    clients: tuple[int, ...]
    refused: dict[int, list[str]]
    channels: dict[int, str]

    @property
    def excluded(self) -> dict[int, str]:
        """Return {client: the rule that excludes them from the list}."""
        found = {number: rules.excluding_rule(names) for number, names in self.refused.items()}
        return {number: rule for number, rule in found.items() if rule}


def clients_of(campaign: Campaign) -> list[int]:
    """Return the ids of the visible clients matched by the filter of a campaign. Raises Refused for a bad filter."""
    found = clients.clients(text=campaign.text or None, filters=campaign.filters, order="code")
    return list(dict.fromkeys(found.values_list("pk", flat=True)[: MOST + 1]))


def check_clients(campaign: Campaign, numbers: list[int], written: texts.Texts) -> Checked:
    """Check the rules for clients as if the campaign were sent now. None is dropped: every refusal has the name of its rule."""
    kind = texts.delivery_kind(campaign)
    channels = texts.channel_by_client(numbers, written)
    first = next(iter(texts.channels_of(written)), DeliveryChannel.MAIL.value)
    asked: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        asked[channels.get(number, first)].append(number)
    refused: dict[int, list[str]] = {}
    for channel, some in asked.items():
        for number, found in refusals_by_client(some, channel, kind).items():
            refused[number] = [one.rule for one in found]
    for number in numbers:
        if number not in channels and written:
            refused.setdefault(number, []).append("no_address")
    for number in conflicting_members(campaign, numbers, written):
        refused.setdefault(number, []).append(RULE)
    return Checked(tuple(numbers), {number: names for number, names in refused.items() if names}, channels)


def draw_of(campaign: Campaign, checked: Checked, seed: str) -> rules.Draw:
    """Return the draw among the clients that no rule excludes. A duty notice has no control group."""
    is_duty = str(campaign.kind) == CampaignKind.DUTY
    return rules.draw(
        checked.clients,
        checked.excluded,
        seed,
        0 if is_duty else campaign.control_percent,
        campaign.control_minimum,
    )


def freeze(campaign: Campaign, checked: Checked, seed: str) -> None:
    """Write the frozen list of a campaign with the group of each client; its digest and seed are stored with the campaign."""
    drawn = draw_of(campaign, checked, seed)
    groups = [
        *((one, MemberGroup.CONTACTED.value, "") for one in drawn.contacted),
        *((one, MemberGroup.CONTROL.value, "") for one in drawn.control),
        *((one, MemberGroup.EXCLUDED.value, rule) for one, rule in drawn.excluded.items()),
    ]
    english = texts.english_readers(campaign, drawn.contacted)
    columns: dict[str, list[Any]] = {
        "campaign_id": [campaign.pk] * len(groups),
        "client_id": [number for number, _, _ in groups],
        "group": [group for _, group, _ in groups],
        "excluded_by": [rule for _, _, rule in groups],
        "channel": [checked.channels.get(number, "") for number, _, _ in groups],
        "language": ["en" if number in english else "zh" for number, _, _ in groups],
    }
    record_columns(CampaignMember, len(groups), columns)
    campaign.seed, campaign.list_digest = seed, digest(sorted(groups))


def unfreeze(campaign: Campaign) -> None:
    """Drop the frozen list of a campaign."""
    rows = CampaignMember.objects.filter(campaign=campaign)
    remove_rows(CampaignMember, list(rows.values_list("pk", flat=True)))
    campaign.seed, campaign.list_digest, campaign.frozen_at = "", "", None


def content_digest(campaign: Campaign) -> str:
    """Return the digest of the approved content: clients, texts, measurement."""
    written = [
        (str(row.channel), str(row.language), row.subject, row.body) for row in texts.texts_of(campaign).values()
    ]
    return digest(
        {
            "name": campaign.name,
            "kind": str(campaign.kind),
            **({"products": campaign.products} if campaign.products else {}),
            "segment": [campaign.filters, campaign.text],
            "list": [campaign.seed, campaign.list_digest, campaign.english_tag],
            "texts": sorted(written),
            "measure": [
                str(campaign.outcome),
                campaign.window_days,
                campaign.control_percent,
                campaign.control_minimum,
            ],
        }
    )
