"""Compliance resources of the API and pages."""

from dakehu.domains.compliance.complaints import bulk_import as complaint_import
from dakehu.domains.compliance.conflicts import bulk_import as conflict_import
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.schema.resources import Resource, SheetOf, TimelineOf, declare

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
        "compliance.Complaint",
        path="complaints",
        key="complaint",
        list="compliance.complaints",
        of_client="compliance.client_complaints",
        create="compliance.register_complaint",
        update="compliance.change_complaint",
        asked_first=("client", "subject", "detail", "channel", "category", "about_staff", "received_on"),
        timeline=TimelineOf("complaint", bilingual("投诉", "Complaints"), "flag"),
        tab=True,
        worksheet=SheetOf(
            "complaints",
            bilingual("投诉", "Complaints"),
            position=85,
            evaluate=complaint_import.evaluate_complaints,
            import_rows=complaint_import.import_complaints,
            kept=bilingual("投诉须留存；请在投诉页面办结。", "Complaints are kept; close them on their page."),
            clients="some",
        ),
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
    Resource("compliance.SelfCheck", key="self_check"),
    Resource("compliance.ConsentText", create="compliance.publish_consent_text", is_merged=False),
    Resource(
        "compliance.PrivacyRequest",
        list="compliance.privacy_requests",
        of_client="compliance.privacy_requests_of_client",
        create="compliance.open_privacy_request",
        key="request",
        is_merged=False,
        worksheet=SheetOf(
            "privacy_requests",
            bilingual("个人信息请求", "Privacy requests"),
            position=104,
            more=tuple(
                Parameter(name, "compliance.PrivacyRequest", name, required=False)
                for name in ("due_on", "state", "decided_on", "answer", "refusal_reason")
            ),
            kept=bilingual("个人信息请求逐件登记、答复。", "Privacy requests are registered and answered one by one."),
            needs=Permission.PRIVACY_WRITE,
            is_read_only=True,
        ),
    ),
)
