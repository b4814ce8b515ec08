"""Keep client data out of texts that users write to support."""

from dakehu.domains.support.client_data import rules
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import model_of

NAMED = 5  # findings named in a refusal


def check_no_client_data(texts: dict[str, str], anyway: bool | None = None) -> None:
    """Raise Refused if texts (by the name of their field) contain client data.

    Personal numbers and codes of clients whom the writer sees are never accepted. Names of such clients, which may be
    ordinary words, and mail addresses are, once the writer has confirmed (`anyway`). Only clients within the writer's scope
    are checked, and names only for writers who see them unmasked, so that the answer reveals nothing new.
    """
    for field, text in texts.items():
        if len(text) > rules.LONGEST:
            raise Refused({field: [bilingual("不超过 {n} 字。", "At most {n} characters.", n=rules.LONGEST)]})
    lines = {field: _certain(text) for field, text in texts.items()}
    if any(lines.values()):
        raise Refused({field: found for field, found in lines.items() if found})
    doubtful = [] if anyway else _doubtful(" \n".join(texts.values()))
    if doubtful:
        raise Refused({"anyway": [*doubtful[:NAMED], _HINT]})


_HINT = bilingual(
    "请改成“客户A”之类的说法；如不是客户信息，请勾选确认后再提交。",
    "Write “client A” instead, or tick the box if this is no client data.",
)


def _certain(text: str) -> list[Bilingual | str]:
    found: list[Bilingual | str] = [
        bilingual(
            "“{value}”看来是{what}，请删去。",
            "“{value}” looks like a {what}; take it out.",
            value=rules.hidden_number(number),
            what=what,
        )
        for number, what in rules.numbers_in(text)
    ]
    codes = rules.possible_codes(text)
    if codes and current_actor().may(Permission.CLIENT_READ):
        known = model_of("clients.Client").objects.filter(code__among=codes).values_list("code", flat=True)
        found += [
            bilingual("“{code}”是客户号，请删去。", "“{code}” is the code of a client; take it out.", code=code)
            for code in known[:NAMED]
        ]
    return found[:NAMED]


def _doubtful(text: str) -> list[Bilingual | str]:
    found: list[Bilingual | str] = [
        bilingual("“{value}”是邮箱地址。", "“{value}” is a mail address.", value=value)
        for value in rules.mail_addresses_in(text)
    ]
    names, actor = rules.possible_names(text), current_actor()
    if names and actor.may(Permission.CLIENT_READ) and actor.clearance >= PERSONAL:
        clients = model_of("clients.Client").objects.filter(name__among=names).order_by("name")
        found += [
            bilingual("“{name}”是您可见的客户的姓名。", "“{name}” is the name of a client whom you see.", name=name)
            for name in dict.fromkeys(clients.values_list("name", flat=True)[:NAMED])
        ]
    return found
