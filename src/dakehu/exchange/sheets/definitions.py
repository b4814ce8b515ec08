"""What the columns of a client table can be: the parts of the 大客户管理表 and their fields, all from field facts.

A part is one sheet of the table and takes what the action for a single row takes, so nothing is named twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.db import models

from dakehu.exchange.mapping import cell_values
from dakehu.exchange.mapping.amounts import is_nothing
from dakehu.exchange.mapping.units import COUNT, MONEY, RATE
from dakehu.exchange.workbook.reading import Term
from dakehu.foundation.access import scope
from dakehu.foundation.actions.registry import ACTIONS, Take
from dakehu.foundation.base.i18n import Words, say
from dakehu.foundation.gates.input import facts_behind, field_behind
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import Facts, facts_of, model_of

NAMING = "client"  # the part of a client that the other sheets name them by
CONTACT_KINDS = ("landline", "wechat")
# The action by which a single row of a part is made.
SINGLE = {
    "clients": "clients.create",
    "investments": "ledger.note_investment",
    "interactions": "service.log_interaction",
    "needs": "clients.note_needs",
    "follow_ups": "service.plan_follow_up",
}
ROW_KEY = "row_key"  # the sealed mark by which a row of an exported sheet is known again


@dataclass(frozen=True)
class Part:
    """One sheet of the table. `takes` are its columns: none is required of a file, only of a row to be made."""

    name: str
    title: Words
    model: str
    takes: tuple[Take, ...]

    def take(self, name: str) -> Take:
        return next(t for t in self.takes if t.name == name)

    def facts(self, name: str) -> Facts:
        return facts_behind(self.take(name))


def _optional(action: str, *without: str) -> tuple[Take, ...]:
    return tuple(replace(t, required=False) for t in ACTIONS[action].takes if t.name not in without)


def _fact(model: str, field: str) -> Facts:
    return facts_of(model_of(model)._meta.get_field(field))


def _plain(name: str, facts: Facts, kind: str = "text") -> Take:
    return Take(name, required=False, facts=facts, kind=kind)


def _named_by() -> tuple[Take, ...]:
    """How a row of another sheet names its client."""
    phone = next(t for t in ACTIONS["clients.create"].takes if t.name == "phone")
    return (
        _plain("client_code", _fact("clients.Client", "code")),
        _plain("client_name", _fact("clients.Client", "name")),
        _plain("client_id_number", _fact("clients.Client", "id_number")),
        _plain("client_phone", facts_behind(phone)),
    )


def _channels() -> tuple[Take, ...]:
    words = model_of("clients.Contact")._meta.get_field("kind").words
    members = [m for m in words if m.value in CONTACT_KINDS]
    return tuple(_plain(m.value, Facts(m.zh, m.en, m._aliases)) for m in members)


def parts() -> dict[str, Part]:
    """Every part by name, in the order of the workbook, with the fields that the reader's role may know of."""
    return _parts(*_reader())


def _reader() -> tuple[Any, str]:
    """What the vocabulary depends on: the custom fields in use, and the role."""
    actor = scope.actor_or_none()
    return custom_fields.state_of(), "system" if actor is None or actor.is_system else actor.role


@lru_cache(maxsize=32)
def _parts(fields: Any, role: str) -> dict[str, Part]:
    dated = replace(_fact("clients.Client", "as_of_on"), aliases=("timestamp", "快照日期", "数据日期"))
    clients = (
        *_optional("clients.create", "anyway"),
        *_channels(),
        _plain("contact", _fact("clients.Contact", "value")),
        Take("staff", "clients.Coverage", "user", required=False),
        _plain("as_of_on", dated, "date"),
    )
    state = Take("state", "service.FollowUp", "state", required=False)
    made = (
        Part("clients", say("基本信息", "Clients"), "clients.Client", clients),
        Part(
            "investments",
            say("投资历史", "Investments"),
            "ledger.Investment",
            (*_named_by(), *_optional("ledger.note_investment", NAMING)),
        ),
        Part(
            "interactions",
            say("客户服务记录", "Service records"),
            "service.Interaction",
            (*_named_by(), *_optional("service.log_interaction", NAMING)),
        ),
        Part(
            "needs",
            say("需求与偏好", "Needs and preferences"),
            "clients.Needs",
            (*_named_by(), *_optional("clients.note_needs", NAMING, "version")),
        ),
        Part(
            "follow_ups",
            say("定期跟进计划", "Follow-up plans"),
            "service.FollowUp",
            (*_named_by(), *_optional("service.plan_follow_up", NAMING), state),
        ),
    )
    sealed = Take(
        ROW_KEY,
        required=False,
        facts=Facts(
            "行钥",
            "Row key",
            help_zh="请勿修改：系统凭它认出这一行。",
            help_en="Leave as it is: by this the desk knows the row again.",
        ),
    )
    return {part.name: replace(part, takes=(*part.takes, sealed)) for part in made}


def spellings(part: Part) -> Iterator[tuple[str, Facts, Any]]:
    """(field, facts, closed list of words or None) of every column a part may have."""
    for take in part.takes:
        behind = model_of(take.model)._meta.get_field(take.field) if take.field else None
        yield take.name, facts_behind(take), getattr(behind, "words", None)


CODES = (
    "code",
    "client_code",
    "id_number",
    "client_id_number",
    "phone",
    "client_phone",
    "mail",
    "landline",
    "wechat",
    "contact",
)


@lru_cache(maxsize=2048)
def kind_of_value(take: Take) -> str:
    """What the cells of a parameter hold, for the reader of cells: money, rate, count, date, code, choice or text."""
    if take.name in CODES:
        return cell_values.CODE
    behind = field_behind(take)
    if behind is None:
        return {"date": cell_values.DATE, "decimal": MONEY, "integer": COUNT, "rate": RATE}.get(
            take.kind, cell_values.TEXT
        )
    if hasattr(behind, "words") or isinstance(behind, models.BooleanField):
        return cell_values.CHOICE
    if isinstance(behind, models.DecimalField):
        unit = facts_behind(take).unit
        return RATE if unit == "%" else MONEY if unit == "CNY" else COUNT
    if isinstance(behind, models.DateField):
        return cell_values.DATE
    return COUNT if isinstance(behind, models.IntegerField) else cell_values.TEXT


def fits(take: Take, samples: list[str]) -> bool:
    """Whether any of some cells may be a value of a parameter; True where there are none to judge by."""
    texts = [text.strip() for text in samples if text.strip() and not is_nothing(text)]
    kind, behind = kind_of_value(take), field_behind(take)
    words = getattr(behind, "words", None) or take.words
    if not texts:
        return True
    if words is not None:
        return any(words.read(text) is not None for text in texts)
    if kind == cell_values.DATE:
        return any(any(sign.isdigit() or sign in "〇一二三四五六七八九十" for sign in text) for text in texts)
    if kind in cell_values.NUMBERS:
        return any(
            any(sign.isdigit() or sign in "一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟" for sign in text)
            for text in texts
        )
    return True


KINDS = {
    "phone": "phone",
    "mail": "mail",
    "id_number": "id",
    "client_id_number": "id",
    "client_phone": "phone",
    "name": "name",
    "client_name": "name",
}
REPEATED = ("phone", "mail", "landline", "wechat", "contact", "remark")  # of a client; several columns may say them


def terms() -> tuple[Term, ...]:
    """The same for the reader of sheets, which knows nothing of fields."""
    return _terms(*_reader())


@lru_cache(maxsize=32)
def _terms(fields: Any, role: str) -> tuple[Term, ...]:
    return tuple(
        Term(
            part.name,
            name,
            facts.zh,
            facts.en,
            facts.aliases,
            KINDS.get(name, "text"),
            part.name == "clients" and name in REPEATED,
        )
        for part in parts().values()
        for name, facts, _ in spellings(part)
    )
