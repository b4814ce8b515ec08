"""Conflicts of interest of a text to many clients: what forbids it, what it must disclose, and which clients may not receive it."""

from collections.abc import Iterable

from dakehu.domains.compliance.conflicts import rules
from dakehu.domains.compliance.conflicts.store import conflicts_of_text
from dakehu.domains.growth.campaigns.texts import Texts
from dakehu.domains.growth.choices import CampaignKind
from dakehu.domains.growth.models import Campaign
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

RULE = "conflict_of_interest"
RULE_TEXT = bilingual("存在利益冲突，须回避或披露", "A conflict of interest: abstain, or disclose it")


def products_of(campaign: Campaign) -> list[str]:
    """Return the codes of the products of a campaign."""
    return [one.strip() for one in campaign.products.replace("，", ",").replace("、", ",").split(",") if one.strip()]


def bodies_of(written: Texts) -> list[str]:
    """Return each text of a campaign with its subject."""
    return [f"{one.subject}\n{one.body}" for one in written.values()]


def check_conflicts(user_id: int | None, products: Iterable[str], texts: Iterable[str]) -> None:
    """Raise Refused if the sender must abstain or a text lacks a disclosure."""
    against = []
    for text in texts:
        found = conflicts_of_text(user_id, (), products, text)
        if any(one.effect == rules.BLOCK for one in found):
            against.append(
                bilingual(
                    "利益冲突登记要求回避：{what}。请由他人发起，或联系合规。",
                    "The register of conflicts asks you to abstain: {what}. Let somebody else send it, or ask compliance.",
                    what=[
                        one.product_name or one.product or f"#{one.id}" for one in found if one.effect == rules.BLOCK
                    ],
                )
            )
        against += [
            bilingual("文案须写明：{text}", "The text must say: {text}", text=one)
            for one in rules.missing_disclosures(found, text)
        ]
    if against:
        raise Refused({"": [*dict.fromkeys(against)]})


def conflicting_clients(
    user_id: int | None, clients: Iterable[int], products: Iterable[str], texts: Iterable[str]
) -> set[int]:
    """Return the clients to whom the sender may not send these texts: abstention is required, or a disclosure is missing."""
    found: set[int] = set()
    numbers = list(clients)
    for text in texts:
        for one in conflicts_of_text(user_id, numbers, products, text):
            if one.client is not None and (one.effect == rules.BLOCK or rules.missing_disclosures([one], text)):
                found.add(one.client)
    return found


def conflicting_members(campaign: Campaign, clients: Iterable[int], written: Texts) -> set[int]:
    """Return the clients excluded from a campaign by a conflict of its owner. A duty notice excludes no one."""
    if str(campaign.kind) == CampaignKind.DUTY:
        return set()
    return conflicting_clients(campaign.owner_id, clients, products_of(campaign), bodies_of(written))


def check_campaign(campaign: Campaign, written: Texts) -> None:
    """Raise Refused if a conflict of its owner forbids a campaign or must be disclosed in it."""
    if str(campaign.kind) != CampaignKind.DUTY:
        check_conflicts(campaign.owner_id, products_of(campaign), bodies_of(written))
