"""Names in this domain before classes were decided through the approvals of compliance."""

from dakehu.foundation.base.renamed import Kind, declare_renamed

declare_renamed(Kind.ACTION, {"advice.approve_class": "compliance.approve", "advice.refuse_class": "compliance.reject"})
