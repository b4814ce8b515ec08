"""Import many prospects at once, by the rules of a single one."""

from collections.abc import Callable
from typing import Any

from dakehu.domains.clients import rules as client_rules
from dakehu.domains.clients.identifiers import BadIdentifier
from dakehu.domains.growth.choices import MarketingChoice, PoolEventKind
from dakehu.domains.growth.models import PoolEvent, Prospect
from dakehu.domains.growth.models.prospect import OPEN_STATES
from dakehu.domains.growth.pool.history import event_of
from dakehu.domains.growth.prospects.details import CONTACTS, check_owner
from dakehu.domains.growth.prospects.duplicates import FOLLOWED
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation, Stored
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import editable_fields, model_of

NUMBERS = ("id_number", "phone", "mail")
SERVED = bilingual("已是本机构客户，请联系团队负责人。", "A client of the firm already; ask your team head.")
TWICE = bilingual("文件中已有同一条线索（号码相同）。", "The file names this prospect already (same number).")


def prospect_fields() -> tuple[str, ...]:
    """Return the importable fields of prospects, custom fields included."""
    return (*editable_fields("growth.Prospect"), "pool")


def evaluate_prospects(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported prospects with stored ones and set the outcome of each row.

    A prospect is recognised by ID number, mobile or mail among the visible ones, else by name and employer. One who is
    already a client, or owned by another person, is not added again: the row states whom to ask.
    """
    count = len(clients)
    _standardise(columns, evaluation, count)
    fields = tuple(name for name in prospect_fields() if name in columns)
    indexes = {name: _indexes(name, columns, count) for name in NUMBERS}
    stored, keys = _stored_prospects(columns, fields, indexes, count)
    row_matching.evaluate(Prospect, columns, keys, stored, fields, evaluation, mode=mode)
    row_matching.hide_foreign_values(Prospect, columns, evaluation)
    row_matching.require_columns(ACTIONS["growth.add_prospect"].parameters, columns, evaluation)
    _refuse_known(columns, evaluation, indexes)
    _check_owners(columns, evaluation)
    return evaluation


def _standardise(columns: Columns, evaluation: ImportEvaluation, count: int) -> None:
    """Normalise telephone numbers, addresses and ID numbers; an invalid one is a fault."""
    for name, kind in CONTACTS:
        _replace_values(
            columns, evaluation, name, lambda value, row, kind=kind: client_rules.read_contact(kind, value).value
        )

    def number(value: str, row: int) -> str:
        id_type = (columns.get("id_type") or [None] * count)[row]
        kind = str((columns.get("kind") or [None] * count)[row] or "person")
        return client_rules.check_id_number(str(id_type or client_rules.guess_id_type(kind, value)), value)

    _replace_values(columns, evaluation, "id_number", number)


def _replace_values(columns: Columns, evaluation: ImportEvaluation, name: str, read: Callable[[str, int], str]) -> None:
    """Replace the values of a column by their standard form."""
    for row, value in enumerate(columns.get(name) or ()):
        if value and not evaluation.verdicts[row]:
            try:
                columns[name][row] = read(value, row)
            except BadIdentifier as error:
                evaluation.fault(row, name, value, bilingual(error.zh, error.en))


def _indexes(name: str, columns: Columns, count: int) -> list[str]:
    """Return the blind indexes of a column of numbers, "" if there is none."""
    field: Any = Prospect._meta.get_field(f"{name}_index")
    return list(field.indexes_of(columns.get(name) or [None] * count))


def _stored_prospects(
    columns: Columns, fields: tuple[str, ...], indexes: dict[str, list[str]], count: int
) -> tuple[Stored, list[Any]]:
    """Return the visible open prospects by their matching keys, and the key of each row."""
    attnames = [Prospect._meta.get_field(name).attname for name in fields]  # type: ignore[union-attr]
    known: dict[tuple[str, str], int] = {}
    values: dict[int, tuple[Any, ...]] = {}
    seen = Prospect.objects.filter(state__in=OPEN_STATES)
    for name in NUMBERS:
        for some in chunks(sorted(set(indexes[name]) - {""})):
            found = seen.filter(**{f"{name}_index__among": some}).order_by("-pk")
            for index, pk, *cells in found.values_list(f"{name}_index", "pk", *attnames):
                known[name, index], values[pk] = pk, tuple(cells)
    names = [str(value or "") for value in columns.get("name") or [""] * count]
    employers = [str(value or "") for value in columns.get("employer") or [""] * count]
    for some in chunks(sorted(set(names) - {""})):
        found = seen.filter(name__among=some).order_by("-pk")
        for name, employer, pk, *cells in found.values_list("name", "employer", "pk", *attnames):
            known[f"name {name}", employer], values[pk] = pk, tuple(cells)
    keys: list[Any] = []
    for row in range(count):
        hits = (known.get((name, indexes[name][row])) for name in NUMBERS if indexes[name][row])
        by_number = next((pk for pk in hits if pk is not None), None)
        has_number = any(indexes[name][row] for name in NUMBERS)
        by_name = None if has_number else known.get((f"name {names[row]}", employers[row]))
        keys.append(by_number or by_name or ("new", row))
    return {pk: [(pk, cells)] for pk, cells in values.items()}, keys


def _refuse_known(columns: Columns, evaluation: ImportEvaluation, indexes: dict[str, list[str]]) -> None:
    """Mark as faulty new rows that are clients, prospects of others, or duplicates within the file."""
    new = evaluation.rows(CREATED)
    clients, others = _known_clients(columns, new), _known_elsewhere(indexes, new)
    seen: set[tuple[str, str]] = set()
    for row in new:
        for name in NUMBERS:
            value = columns[name][row] if name in columns else None
            if not value:
                continue
            message = clients.get((name, value)) or others.get((name, indexes[name][row]))
            if message is None and (name, indexes[name][row]) in seen:
                message = TWICE
            if message is not None:
                evaluation.fault(row, name, value, message)
                break
            seen.add((name, indexes[name][row]))


def _known_clients(columns: Columns, rows: list[int]) -> dict[tuple[str, str], Bilingual]:
    """Return {(field, number): whom to ask} for numbers of clients; visible ones by their code."""
    found: dict[tuple[str, str], Bilingual] = {}
    client_model, contact_model = model_of("clients.Client"), model_of("clients.Contact")
    places = (
        ("phone", contact_model, "value_index", "client_id"),
        ("mail", contact_model, "value_index", "client_id"),
        ("id_number", client_model, "id_number_index", "pk"),
    )
    for name, model, column, key in places:
        plain = {columns[name][row] for row in rows if columns[name][row]} if name in columns else set()
        field: Any = model._meta.get_field(column)
        values = sorted(plain)
        by_index = dict(zip(field.indexes_of(values), values, strict=True))
        for some in chunks(sorted(by_index)):
            own = dict(model.objects.filter(**{f"{column}__among": some}).values_list(column, key))
            codes = dict(client_model.objects.filter(pk__among=set(own.values())).values_list("pk", "code"))
            with elevated("look for a client served by somebody else"):
                walled = "walled" if model is client_model else "client__walled"
                every = model.objects.filter(**{f"{column}__among": some, walled: False}).values_list(column, flat=True)
                for index in every:
                    found[name, by_index[index]] = SERVED
            for index, client in own.items():
                said = bilingual("已是客户 {code}。", "A client already: {code}.", code=codes.get(client, client))
                found[name, by_index[index]] = said
    return found


def _known_elsewhere(indexes: dict[str, list[str]], rows: list[int]) -> dict[tuple[str, str], Bilingual]:
    """Return {(field, blind index): whom to ask} for numbers of open prospects outside the scope."""
    found: dict[tuple[str, str], Bilingual] = {}
    for name in NUMBERS:
        for some in chunks(sorted({indexes[name][row] for row in rows} - {""})):
            with elevated("look for the same prospect"):
                others = Prospect.objects.filter(**{f"{name}_index__among": some}, state__in=OPEN_STATES)
                for index, owner, pool in others.values_list(f"{name}_index", "owner_id", "pool__name"):
                    in_pool = bilingual(
                        "公海“{pool}”中已有这条线索。", "The pool “{pool}” holds this prospect.", pool=pool
                    )
                    found[name, index] = in_pool if owner is None and pool else FOLLOWED
    return found


def _check_owners(columns: Columns, evaluation: ImportEvaluation) -> None:
    """Mark as faulty the rows with an owner outside the team, or with both an owner and a pool."""
    owners, pools = columns.get("owner"), columns.get("pool")
    for row in evaluation.rows(CREATED, UPDATED):
        owner = owners[row] if owners else None
        if owner is not None and evaluation.verdicts[row] == CREATED and pools and pools[row] is not None:
            evaluation.fault(
                row, "pool", "", bilingual("放入公海的线索没有跟进人。", "A prospect in the pool has no owner.")
            )
        elif owner is not None:
            try:
                check_owner(owner)
            except Refused as refused:
                evaluation.fault(row, "owner", owner.name, refused.messages["owner"][0])


@action(
    "growth.import_prospects",
    needs=Permission.PROSPECT_WRITE,
    zh="批量导入线索",
    en="Import prospects",
    is_public=False,
)
def import_prospects(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated prospects: owned by the actor unless the row names an owner, or waiting in the pool it names."""
    today, user_id = clock.today(), current_actor().user_id
    pooled: list[Prospect] = []

    def finish(row: Prospect, index: int, is_new: bool) -> None:
        """Set the owner of a new prospect, and the effects of its marketing choice."""
        if str(row.marketing) != MarketingChoice.UNKNOWN and row.marketing_on is None:
            row.marketing_on = today
        if not is_new:
            return
        row.added_by_id, row.added_on = user_id, today
        if row.pool_id is not None:
            row.pool_since = today
            pooled.append(row)
        elif row.owner_id is None:
            row.owner_id = user_id

    with elevated("prospects of the pool belong to nobody"):
        created, changed = row_matching.write_dependents(
            Prospect, columns, row_evaluation, prospect_fields(), clients, finish, also=("marketing_on",)
        )
        if pooled:
            events = [event_of(row, PoolEventKind.ENTERED) for row in pooled]
            record_rows(PoolEvent, events, [], [])
    if created or changed:
        publish_event("growth.prospects_imported", count=len(created))
