"""Names of this domain in version 0.1.0."""

from dakehu.foundation.base.renamed import Kind, declare_renamed

declare_renamed(
    Kind.ACTION,
    {
        "service.attach": "service.add_attachment",
        "service.drop_attachment": "service.remove_attachment",
        "service.return_attachment": "service.restore_attachment",
        "service.take_in_follow_ups": "service.import_follow_ups",
        "service.take_in_interactions": "service.import_interactions",
    },
)
declare_renamed(
    Kind.QUERY,
    {
        "service.attachments_of": "service.client_attachments",
        "service.follow_ups_of": "service.client_follow_ups",
        "service.interactions_of": "service.client_interactions",
        "service.requests_of": "service.client_requests",
        "service.today": "service.today_list",
    },
)
declare_renamed(Kind.EVENT, {"interactions.taken_in": "interactions.imported"})
