"""Setup for tests of surveys: clients with a mail address, a survey that is sent, and the links in its mails."""

import re
from typing import Any

from dakehu.domains.service.deliveries import handover
from dakehu.domains.service.models import MessageSettings
from dakehu.foundation.actions.registry import act
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system

LINK = re.compile(r"https://desk\.example\.com/s/([\w-]+)")


def allow_sending() -> None:
    """Give the desk an address, with mail on and no quiet hours."""
    with as_system(), act("test.settings"):
        row = MessageSettings.objects.first() or MessageSettings()
        row.desk_address, row.mail_on = "https://desk.example.com", True
        row.quiet_from = row.quiet_until = ""
        row.save()


def add_clients(user: Any, number: int, start: int = 100) -> list[Any]:
    """Return clients of a member of staff, each with a mail address."""
    rows = []
    with acting(user):
        for n in range(start, start + number):
            row = perform("clients.create", {"name": f"客户{n}", "code": f"S{n}"})
            perform("clients.add_contact", {"client": row.code, "kind": "mail", "value": f"s{n}@example.com"})
            rows.append(row)
    return rows


def add_survey(user: Any, anonymity: str, **values: Any) -> Any:
    """Return an open survey with the standard questions."""
    with acting(user):
        row = perform("care.add_survey", {"title_zh": "服务满意度调查", "anonymity": anonymity, **values})
        perform("care.open_survey", {"survey": row.pk})
    return row


def send(user: Any, survey: Any, **values: Any) -> dict[str, Any]:
    """Send a survey to every client whom a member of staff sees; return the result of the action."""
    with acting(user):
        found: dict[str, Any] = perform("care.send_survey", {"survey": survey.pk, **values})
    jobs.run_due_jobs()
    return found


def collect() -> dict[str, str]:
    """Hand over every due mail as the worker does; return {address: token} of those with a link."""
    found = {}
    while True:
        with as_system():
            claimed = handover.claim_delivery(worker="test", channels=("mail",))
        if claimed is None:
            return found
        if claimed is not False:
            link = LINK.search(claimed.text)
            if link:
                found[claimed.address] = link[1]
