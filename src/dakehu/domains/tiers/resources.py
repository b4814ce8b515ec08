"""Resources of tiers for pages and API."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource(
        "tiers.Scheme",
        path="tier-schemes",
        key="scheme",
        list="tiers.schemes",
        create="tiers.create_scheme",
        update="tiers.change_scheme",
        delete="tiers.remove_scheme",
        is_merged=False,
    ),
    Resource("tiers.Tier", key="tier", list="tiers.tiers", update="tiers.change_tier", is_merged=False),
    Resource("tiers.ServiceFlavour", key="flavour", update="tiers.change_flavour", is_merged=False),
    Resource(
        "tiers.TierOverride",
        key="client",
        list="tiers.overrides",
        offers=("tiers.override_tier", "tiers.end_override"),
    ),
    Resource("tiers.ClientTier", list="tiers.clients"),
    Resource("tiers.TierChange", list="tiers.changes"),
)
