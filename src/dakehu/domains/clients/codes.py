"""Find client codes that are used and free ones.

Codes are unique in the firm, so all look-ups go beyond the scope.
"""

from collections.abc import Iterable

from dakehu.domains.clients import rules
from dakehu.domains.clients.models import Client, MergedClient
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.database import write_pipeline


def codes_in_use(codes: Iterable[str]) -> set[str]:
    """Return those of some codes that a client has or had before a merge."""
    taken: set[str] = set()
    with write_pipeline.bypass(), elevated("codes are unique in the firm"):
        for part in chunks({c for c in codes if c}):
            taken.update(Client.objects.filter(code__among=part).values_list("code", flat=True))
            taken.update(MergedClient.objects.filter(code__among=part).values_list("code", flat=True))
    return taken


def code_taken_message(code: str) -> Bilingual:
    """Return the message for a code that is in use."""
    return bilingual(
        "客户号“{code}”已存在，请联系团队负责人确认归属。",
        "Client code “{code}” exists; ask your team head whose client it is.",
        code=code,
    )


def next_free_code() -> str:
    """Return an unused client code."""
    with elevated("numbering a new client"):
        taken = Client.objects.count()
        while codes_in_use([rules.next_code(taken)]):
            taken += 1
    return rules.next_code(taken)


def next_free_codes(count: int) -> list[str]:
    """Return unused client codes."""
    generated = {"code__startswith": rules.next_code(0)[:2]}
    taken = {
        code_in_use
        for model in (Client, MergedClient)
        for code_in_use in model.objects.filter(**generated).values_list("code", flat=True)
    }
    number, free = Client.objects.count(), []
    while len(free) < count:
        code, number = rules.next_code(number), number + 1
        if code not in taken:
            free.append(code)
    return free
