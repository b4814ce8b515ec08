"""Names of this domain in version 0.1.0."""

from dakehu.foundation.base.renamed import Kind, declare_renamed

declare_renamed(
    Kind.ACTION,
    {
        "clients.drop_contact": "clients.remove_contact",
        "clients.form_group": "clients.create_group",
        "clients.leave_group": "clients.remove_member",
        "clients.note_needs": "clients.record_needs",
        "clients.set_wall": "clients.set_information_wall",
        "clients.take_in": "clients.import_clients",
        "clients.take_in_needs": "clients.import_needs",
        "clients.tell_apart": "clients.mark_not_duplicate",
        "clients.touch": "clients.update_contact_dates",
        "clients.touch_many": "clients.update_contact_dates_of",
    },
)
declare_renamed(
    Kind.QUERY,
    {
        "clients.dates_ahead": "clients.upcoming_dates",
        "clients.lookalikes": "clients.similar_clients",
        "clients.one": "clients.detail",
    },
)
declare_renamed(Kind.MODEL, {"clients.Former": "clients.MergedClient", "clients.NotTheSame": "clients.NotDuplicate"})
declare_renamed(Kind.EVENT, {"clients.taken_in": "clients.imported"})
