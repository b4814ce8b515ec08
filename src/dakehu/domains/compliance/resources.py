"""What API and pages show of compliance."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource("compliance.WordingEntry", list="compliance.wording_entries", is_merged=False),
    Resource("compliance.Approval", key="approval"),
)
