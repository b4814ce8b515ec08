"""Resources of pages and API: support."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource(
        "support.Ticket",
        path="support-tickets",
        key="ticket",
        list="support.tickets",
        get="support.ticket",
        create="support.open_ticket",
        update="support.change_ticket",
        asked_first=("kind", "subject", "text", "area"),
    ),
    Resource("support.TicketFile", key="ticket_file"),
    Resource(
        "support.KnownProblem",
        path="known-problems",
        key="known_problem",
        list="support.problems",
        get="support.problem",
        create="support.add_problem",
        update="support.change_problem",
        asked_first=("title", "area", "description", "workaround", "affected_version"),
    ),
)
