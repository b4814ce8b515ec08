"""What API and pages show of compliance."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource("compliance.WordingEntry", list="compliance.wording_entries", is_merged=False),
    Resource(
        "compliance.PrivacyRequest",
        list="compliance.privacy_requests",
        of_client="compliance.privacy_requests_of_client",
        create="compliance.open_privacy_request",
        key="request",
        is_merged=False,
    ),
)
