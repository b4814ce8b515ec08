"""What pages and API show of care."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource("care.OutreachCall", key="call", is_merged=False),
    Resource("care.DistressCase", key="case", is_merged=False),
)
