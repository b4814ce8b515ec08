"""What API and pages show of compliance."""

from dakehu.domains.compliance.conflicts import bulk_import as conflict_import
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.resources import Resource, SheetOf, declare

declare(
    Resource("compliance.WordingEntry", list="compliance.wording_entries", is_merged=False),
    Resource("compliance.Approval", key="approval"),
    Resource(
        "compliance.StaffRegistration",
        path="registrations",
        key="registration",
        list="compliance.registrations",
        get="compliance.registration",
        create="compliance.add_registration",
        update="compliance.change_registration",
        asked_first=("user", "kind", "number", "valid_from", "valid_to", "evidence"),
    ),
    Resource(
        "compliance.Conflict",
        path="conflicts",
        key="conflict",
        list="compliance.conflict_register",
        create="compliance.declare_conflict",
        update="compliance.change_conflict",
        asked_first=("kind", "product", "product_name", "client", "description", "effect", "disclosure", "until_on"),
        worksheet=SheetOf(
            "conflicts",
            bilingual("利益冲突", "Conflicts of interest"),
            position=90,
            evaluate=conflict_import.evaluate_conflicts,
            import_rows=conflict_import.import_conflicts,
            kept=bilingual("登记须留存；请改为填写终止日期。", "Entries are kept; note their last day instead."),
            clients="some",
        ),
    ),
    Resource(
        "compliance.PrivacyRequest",
        list="compliance.privacy_requests",
        of_client="compliance.privacy_requests_of_client",
        create="compliance.open_privacy_request",
        key="request",
        is_merged=False,
    ),
)
