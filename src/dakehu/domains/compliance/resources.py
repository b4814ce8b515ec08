"""What API and pages show of compliance."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource(
        "compliance.WordingEntry",
        path="wording-entries",
        key="entry",
        list="compliance.wording_entries",
        create="compliance.add_wording_entry",
        is_merged=False,
    ),
)
