"""The usual resources, each named once: which query lists it, which finds one, which actions make and change it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Resource:
    """`key` is the parameter by which `one` and `change` know the row; "" where there is no such address."""

    model: str
    lists: str
    one: str = ""
    create: str = ""
    change: str = ""
    key: str = ""


RESOURCES: dict[str, Resource] = {
    "clients": Resource(
        "clients.Client", "clients.list", "clients.detail", "clients.create", "clients.change", "client"
    ),
    "interactions": Resource(
        "service.Interaction",
        "service.interactions",
        "",
        "service.log_interaction",
        "service.change_interaction",
        "interaction",
    ),
    "follow-ups": Resource(
        "service.FollowUp", "service.follow_ups", "", "service.plan_follow_up", "service.change_follow_up", "follow_up"
    ),
    "requests": Resource(
        "service.Request", "service.requests", "", "service.open_request", "service.move_request", "request"
    ),
    "investments": Resource(
        "ledger.Investment", "ledger.list", "", "ledger.add_investment", "ledger.change_investment", "investment"
    ),
}
