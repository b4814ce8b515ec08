"""Names of this domain before approvals became one mechanism of compliance."""

from dakehu.foundation.base.renamed import Kind, declare_renamed

declare_renamed(
    Kind.ACTION,
    {
        "growth.approve_campaign": "compliance.approve",
        "growth.approve_event": "compliance.approve",
        "growth.reject_campaign": "compliance.reject",
        "growth.reject_event": "compliance.reject",
    },
)
declare_renamed(Kind.MODEL, {"growth.Approval": "compliance.Approval"})
