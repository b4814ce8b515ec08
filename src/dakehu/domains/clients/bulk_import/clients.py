"""Import many clients: the rules of adding and changing one client, by column.

`evaluate` only reads, and sets the outcome of each row. `import_clients` does not evaluate again; it writes the
evaluated rows in the same transaction.
"""

from collections import Counter
from typing import Any

from dakehu.domains.clients import choices, rules
from dakehu.domains.clients.bulk_import import contacts as contact_import
from dakehu.domains.clients.bulk_import.coverage import evaluate_coverage, write_coverage
from dakehu.domains.clients.bulk_import.evaluation import OLDER, ClientEvaluation
from dakehu.domains.clients.bulk_import.history import evaluate_history, history_fields, history_values, write_history
from dakehu.domains.clients.bulk_import.matching import Ambiguous, ClientMatcher
from dakehu.domains.clients.codes import code_taken_message, codes_in_use, next_free_codes
from dakehu.domains.clients.identifiers import BadIdentifier, valid_resident_ids
from dakehu.domains.clients.models import Client, History
from dakehu.domains.clients.pinyin import pinyin_readings
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import CHUNK, chunks
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, SKIPPED, UNCHANGED, Columns, ImportEvaluation
from dakehu.foundation.records.bulk import load_rows, record_columns, record_rows
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import applies, described_fields
from dakehu.foundation.schema.parameters import CustomFields


def normalize(columns: Columns, evaluation: ImportEvaluation) -> None:
    """Convert ID numbers to standard form and compute the end of risk tests, as for a single client."""
    numbers = columns.get("id_number")
    if numbers is not None:
        kinds, types = columns.get("kind"), columns.get("id_type")
        valid = valid_resident_ids(numbers)
        for row, number in enumerate(numbers):
            if not number or (number in valid and not (kinds and kinds[row]) and not (types and types[row])):
                continue
            kind = (kinds[row] if kinds else None) or str(choices.Kind.PERSON)
            try:
                id_type = (types[row] if types else None) or rules.guess_id_type(kind, number)
                numbers[row] = rules.check_id_number(id_type, number)
            except BadIdentifier as error:
                evaluation.fault(row, "id_number", number, bilingual(error.zh, error.en))
    tested = columns.get("risk_tested_on")
    if tested is not None:
        stated = columns.get("risk_valid_to") or [None] * len(tested)
        for row, names in evaluation.anchored.items():
            if "risk_tested_on" in names and "risk_valid_to" not in names:  # it follows from the new day
                stated[row], evaluation.anchored[row] = None, names | {"risk_valid_to"}
        columns["risk_valid_to"] = [
            rules.risk_valid_to(tested_on, stated_until) if tested_on else stated_until
            for tested_on, stated_until in zip(tested, stated, strict=True)
        ]


def evaluate(
    columns: Columns,
    contact_cells: list[list[tuple[str, str, str]]],
    row_evaluation: ImportEvaluation,
    *,
    key: str,
    mode: str,
) -> ClientEvaluation:
    """Compare imported rows with stored clients and set the outcome of each row.

    `contact_cells` are the contacts of each row as [(kind, value, field)], `columns` the parsed values ("staff" the
    main manager). `key` is the field by which clients are matched, or "auto". Rows that already have an outcome are
    invalid and stay so.
    """
    count = len(row_evaluation.verdicts)
    normalize(columns, row_evaluation)
    contacts = contact_import.read_all(contact_cells, row_evaluation)
    mobiles = [""] * count
    for row, reading in zip(contacts.rows, contacts.readings, strict=True):
        if reading.kind == choices.ContactKind.MOBILE and not reading.warning_zh:
            mobiles[row] = reading.value
    blank = [""] * count
    codes, names, ids = (columns.get(name) or blank for name in ("code", "name", "id_number"))
    matcher = ClientMatcher()
    _index_rows(matcher, codes, ids, mobiles, names, key)
    codes[:] = [matcher.former.get(code, code) for code in codes]
    client_of_row, keys = [0] * count, [None] * count
    for row in range(count):
        if row in row_evaluation.anchored and row_evaluation.verdicts[row] in ("", UNCHANGED):
            client_of_row[row] = row_evaluation.targets[row] or 0
            keys[row] = ("pk", client_of_row[row])
        if row_evaluation.verdicts[row] or row in row_evaluation.anchored:
            continue
        identifiers = {
            "code": codes[row] or "",
            "name": names[row] or "",
            "id_number": ids[row] or "",
            "mobile": mobiles[row],
        }
        if key != "auto" and not identifiers[key]:
            row_evaluation.fault(
                row,
                key,
                "",
                bilingual("这一行没有用于匹配的值。", "This row lacks the value that clients are matched by."),
            )
            continue
        try:
            client_of_row[row] = matcher.find(**identifiers, key=key) or 0
        except Ambiguous:
            row_evaluation.fault(
                row,
                "name",
                identifiers["name"],
                bilingual(
                    "不止一位客户符合，请补充客户号或证件号码。",
                    "More than one client fits; add the client code or ID number.",
                ),
            )
            continue
        keys[row] = (
            ("pk", client_of_row[row])
            if client_of_row[row]
            else tuple(identifiers.values())
            if not identifiers["code"]
            else ("code", identifiers["code"])
        )
    _keep_names(names, codes, client_of_row, row_evaluation)
    evaluation = ClientEvaluation(row_evaluation, client_of_row, matcher, contacts)
    _separate_history(evaluation, columns, keys)
    _compare_stored(evaluation, columns, codes, names, mode)
    for row in range(count):
        if row_evaluation.verdicts[row] == CREATED:
            client_of_row[row] = -(row + 1)
        if client_of_row[row] and row_evaluation.verdicts[row] != OLDER:
            matcher.add(
                client_of_row[row],
                code=codes[row] or "",
                name=names[row] or "",
                id_number=ids[row] or "",
                mobile=mobiles[row],
            )
    evaluate_history(evaluation, columns, keys)
    evaluate_coverage(evaluation, columns.get("staff"))
    _warn_of_inapplicable(evaluation, columns)
    contact_import.evaluate(contacts, client_of_row, row_evaluation)
    return evaluation


def _keep_names(names: list[Any], codes: list[Any], client_of_row: list[int], evaluation: ImportEvaluation) -> None:
    """Clear names that equal the client's code: a new client without a name gets its code as name, a known one keeps its name.

    Rows of an export are taken as they are.
    """
    for row, client in enumerate(client_of_row):
        if client and names[row] == codes[row] and row not in evaluation.anchored:
            names[row] = None


def _warn_of_inapplicable(evaluation: ClientEvaluation, columns: Columns) -> None:
    """Warn of values that do not fit the kind of client; they are imported all the same."""
    named = {name: spec for name, _, spec in described_fields(Client) if spec.applies_to and name in columns}
    kinds = columns.get(Client.applies_by)
    if not named or kinds is None:
        return
    for row in evaluation.row_evaluation.rows(CREATED):
        for name, spec in named.items():
            value = columns[name][row]
            if value not in (None, "") and not applies(Client, spec, kinds[row]):
                evaluation.row_evaluation.warn(
                    row,
                    name,
                    value,
                    bilingual(
                        "“{label}”不适用于{kind}客户，仍按文件导入，请核对。",
                        "“{name}” does not apply to a client of the kind {kind}; it is imported as it stands, please check.",
                        label=spec.zh,
                        name=spec.en,
                        kind=bilingual(choices.Kind(kinds[row]).zh, choices.Kind(kinds[row]).en),
                    ),
                )


def _index_rows(
    matcher: ClientMatcher, codes: list[Any], ids: list[Any], mobiles: list[str], names: list[Any], key: str
) -> None:
    """Look up the identifiers of the rows; a row with a code is not looked up by its name."""
    if key == "auto":
        rows_without_code = [row for row, code in enumerate(codes) if not code]
        ids, mobiles, names = ([column[row] for row in rows_without_code] for column in (ids, mobiles, names))
    identifiers = {"code": codes, "id_number": ids, "mobile": mobiles, "name": names}
    lookups = {name: _texts(column) if key in ("auto", name) else [] for name, column in identifiers.items()}
    matcher.learn(codes=lookups["code"], ids=lookups["id_number"], mobiles=lookups["mobile"], names=lookups["name"])


def _texts(column: list[Any]) -> list[str]:
    """Return the values of a column that are not empty."""
    return [value for value in column if value]


def _separate_history(evaluation: ClientEvaluation, columns: Columns, keys: list[Any]) -> None:
    """If several rows concern one client, the newest is current, the others are history.

    Without dates a repeated row is an error, unless it is equal.
    """
    verdicts, days = evaluation.row_evaluation.verdicts, columns.get("as_of_on")
    newest: dict[Any, int] = {}
    for row, key in enumerate(keys):
        if verdicts[row] or key is None:
            continue
        other = newest.setdefault(key, row)
        if other == row:
            continue
        if days is None or days[row] is None or days[other] is None:
            if all(column[row] == column[other] for column in columns.values()):
                verdicts[row] = SKIPPED
                continue
            evaluation.row_evaluation.fault(
                row,
                "code" if columns.get("code") else "name",
                "",
                bilingual(
                    "同一客户在文件中出现了两次且内容不同，请只保留一行。",
                    "The same client stands in the file twice with different content; keep one row.",
                ),
            )
        elif days[row] >= days[other]:
            verdicts[other] = OLDER
            newest[key] = row
        else:
            verdicts[row] = OLDER


def _compare_stored(
    evaluation: ClientEvaluation, columns: Columns, codes: list[Any], names: list[Any], mode: str
) -> None:
    """Compare with stored clients; reject codes that belong to another client."""
    row_evaluation, client_of_row = evaluation.row_evaluation, evaluation.people
    fields = tuple(name for name in ("code", *history_fields()) if name in columns)
    attributes = ["id_number_index" if name == "id_number" else Client._meta.get_field(name).attname for name in fields]
    stored: row_matching.Stored = {}
    for some_ids in chunks(sorted({client_id for client_id in client_of_row if client_id})):
        queryset = Client.objects.filter(pk__among=some_ids).values_list("pk", *attributes).iterator(chunk_size=CHUNK)
        stored |= {pk: [(pk, tuple(values))] for pk, *values in queryset}
    days = columns.get("as_of_on")
    if days is not None:
        position = fields.index("as_of_on")
        for row, pk in enumerate(client_of_row):
            stored_day = stored[pk][0][1][position] if pk in stored else None
            if stored_day and days[row] and days[row] < stored_day and not row_evaluation.verdicts[row]:
                row_evaluation.verdicts[row] = OLDER
    index = Client._meta.get_field("id_number_index")
    row_matching.evaluate(
        Client,
        columns,
        client_of_row,
        stored,
        fields,
        row_evaluation,
        mode=mode,
        same={"id_number": lambda stored_index, number: stored_index == index.index_of(number)},
    )
    row_matching.hide_foreign_values(Client, columns, row_evaluation)
    row_matching.require_columns(CustomFields("clients.Client", new=True).parameters(), columns, row_evaluation)
    changed_codes = [row for row, changes in row_evaluation.differences.items() if "code" in changes]
    new_codes = _texts([codes[row] for row in (*row_evaluation.rows(CREATED), *changed_codes)])
    used_codes = codes_in_use(code for code in new_codes if code not in evaluation.finder.free)
    code_counts = Counter(new_codes)
    for row in changed_codes:
        if codes[row] in used_codes or code_counts[codes[row]] > 1:
            row_evaluation.fault(row, "code", codes[row], code_taken_message(codes[row]))
    for row in row_evaluation.rows(CREATED):
        if codes[row] and codes[row] in used_codes:
            row_evaluation.fault(row, "code", codes[row], code_taken_message(codes[row]))
        elif not names[row]:
            row_evaluation.fault(row, "name", "", bilingual("新客户必须有姓名。", "A new client needs a name."))


# --- writing -----------------------------------------------------------------------------------------


@action(
    "clients.import_clients", needs=Permission.CLIENT_WRITE, zh="批量导入客户", en="Import clients", is_public=False
)
def import_clients(*, columns: Columns, evaluation: ClientEvaluation) -> dict[int, int]:
    """Write evaluated clients; return {-(row + 1): id} of the created ones.

    New clients are covered by the stated manager, else by the actor.
    """
    with elevated("a new client is covered by its importer"):
        created = _create(columns, evaluation)
        _update(columns, evaluation)
        evaluation.people[:] = [created.get(client_id, client_id) for client_id in evaluation.people]
        write_history(columns, evaluation)
        write_coverage(evaluation, created)
        contact_import.write(evaluation.contacts, evaluation.people, set(created.values()))
    if created:
        publish_event("clients.imported", count=len(created))
    return created


def _set_derived_fields(client: Client) -> None:
    """Set pinyin, initials and a missing document type."""
    client.pinyin, client.initials = pinyin_readings(client.name)
    if client.id_number and isinstance(client.id_number, str) and not client.id_type:
        client.id_type = rules.guess_id_type(str(client.kind), client.id_number)


def _create(columns: Columns, evaluation: ClientEvaluation) -> dict[int, int]:
    """Create the new clients; return {-(row + 1): id}."""
    rows = evaluation.row_evaluation.rows(CREATED)
    codes = columns.get("code") or [""] * len(evaluation.people)
    missing = sum(1 for row in rows if not codes[row])
    free_codes = iter(next_free_codes(missing) if missing else ())
    values = {name: [columns[name][row] for row in rows] for name in history_fields() if name in columns}
    values["code"] = [codes[row] or next(free_codes) for row in rows]
    pinyins = [pinyin_readings(name) for name in values["name"]]
    values["pinyin"], values["initials"] = [pinyin for pinyin, _ in pinyins], [initials for _, initials in pinyins]
    _guess_types(values)
    if "assets" in values:
        _date_assets(values)
    if "branch" in values:
        values["branch_id"] = [branch.pk if branch else None for branch in values.pop("branch")]
    ids = record_columns(Client, len(rows), values) if rows else []
    return {-(row + 1): client_id for row, client_id in zip(rows, ids, strict=True)}


def _date_assets(values: Columns) -> None:
    """Date assets imported without a day: the day of the row, else today."""
    stated, rows, today = values.get("assets_on"), values.get("as_of_on"), clock.today()
    values["assets_on"] = [
        None if amount is None else (stated and stated[index]) or (rows and rows[index]) or today
        for index, amount in enumerate(values["assets"])
    ]


def _guess_types(values: Columns) -> None:
    """Set the document type of ID numbers imported without one."""
    ids = values.get("id_number")
    if ids is None:
        return
    types, kinds, valid = values.get("id_type"), values.get("kind"), valid_resident_ids(ids)
    person, resident = str(choices.Kind.PERSON), str(choices.IdType.RESIDENT)
    values["id_type"] = [
        (types[index] if types else None)
        or (
            resident
            if number in valid and not (kinds and kinds[index])
            else _type_of(number, (kinds[index] if kinds else None) or person)
        )
        for index, number in enumerate(ids)
    ]


def _type_of(number: str, kind: str) -> str:
    """Return the likely document type of a number, "" without one."""
    return rules.guess_id_type(kind, number) if number else ""


def _update(columns: Columns, evaluation: ClientEvaluation) -> None:
    """Change clients; values of an older day of the same source move to the history first."""
    differences, days = evaluation.row_evaluation.differences, columns.get("as_of_on")
    clients = load_rows(Client, (evaluation.row_evaluation.targets[row] for row in differences))
    history, changed_fields = [], {"pinyin", "initials", "id_type", "assets_on", "assets_source"}
    days_in_file = {
        (evaluation.people[row], day) for row, day in evaluation.history
    }  # the file itself has a row of that day
    for row, changes in differences.items():
        client = clients[evaluation.row_evaluation.targets[row]]  # type: ignore[index]
        earlier = days is not None and client.as_of_on and days[row] and days[row] > client.as_of_on
        if earlier and (client.pk, client.as_of_on) not in days_in_file:
            history.append(
                History(
                    client=client,
                    as_of_on=client.as_of_on,
                    known=history_values({name: old_value for name, (old_value, _) in changes.items()}),
                )
            )
        for name, (_, value) in changes.items():
            if name != "staff":
                setattr(client, name, value)
                changed_fields.add(name)
        _set_derived_fields(client)
        if "assets" in changes and "assets_on" not in changes:
            client.assets_on = (days[row] if days else None) or clock.today()
        if {"assets", "assets_on"} & changes.keys():
            client.assets_source = ""
    changed = [
        clients[evaluation.row_evaluation.targets[row_index]]
        for row_index, row_changes in differences.items()
        if set(row_changes) - {"staff"}
    ]  # type: ignore[index]
    if changed:
        record_rows(Client, [], changed, sorted(changed_fields), client_ids=[row_changes.pk for row_changes in changed])
    if history:
        record_rows(History, history, [], [], client_ids=[entry.client_id for entry in history])
