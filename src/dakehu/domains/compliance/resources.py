"""What API and pages show of compliance."""

from dakehu.foundation.schema.resources import Resource, declare

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
)
