"""Taking in many clients at once: the rules of adding and changing one client, over whole columns.

`weigh` only reads: it says for each row what would happen. `take_in` weighs nothing again; it writes what was weighed
in the same transaction.
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
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.chunks import CHUNK, chunks
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, SKIPPED, UNCHANGED, Columns, ImportEvaluation
from dakehu.foundation.records.bulk import load_rows, record_columns, record_rows
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.parameters import CustomFields


def normalize(columns: Columns, weighed: ImportEvaluation) -> None:
    """Bring ID numbers into standard form and work out until when a risk test counts, as for a single client."""
    numbers = columns.get("id_number")
    if numbers is not None:
        kinds, types = columns.get("kind"), columns.get("id_type")
        sound = valid_resident_ids(numbers)
        for row, number in enumerate(numbers):
            if not number or (number in sound and not (kinds and kinds[row]) and not (types and types[row])):
                continue
            kind = (kinds[row] if kinds else None) or str(choices.Kind.PERSON)
            try:
                id_type = (types[row] if types else None) or rules.guess_id_type(kind, number)
                numbers[row] = rules.check_id_number(id_type, number)
            except BadIdentifier as bad:
                weighed.fault(row, "id_number", number, bilingual(bad.zh, bad.en))
    tested = columns.get("risk_tested_on")
    if tested is not None:
        stated = columns.get("risk_valid_to") or [None] * len(tested)
        for row, names in weighed.anchored.items():
            if "risk_tested_on" in names and "risk_valid_to" not in names:  # it follows from the new day
                stated[row], weighed.anchored[row] = None, names | {"risk_valid_to"}
        columns["risk_valid_to"] = [rules.risk_valid_to(t, s) if t else s for t, s in zip(tested, stated, strict=True)]


def evaluate(
    columns: Columns, given: list[list[tuple[str, str, str]]], weighed: ImportEvaluation, *, key: str, mode: str
) -> ClientEvaluation:
    """Weigh rows of clients. `given` are their contacts as [(kind, value, field)], `columns` their accepted values
    ("staff" the main member of staff). Rows that already have a verdict are at fault and stay so."""
    count = len(weighed.verdicts)
    normalize(columns, weighed)
    contacts = contact_import.read_all(given, weighed)
    mobiles = [""] * count
    for row, reading in zip(contacts.rows, contacts.readings, strict=True):
        if reading.kind == choices.ContactKind.MOBILE and not reading.warning_zh:
            mobiles[row] = reading.value
    empty = [""] * count
    codes, names, ids = (columns.get(n) or empty for n in ("code", "name", "id_number"))
    finder = ClientMatcher()
    _index_rows(finder, codes, ids, mobiles, names, key)
    codes[:] = [finder.former.get(code, code) for code in codes]
    people, keys = [0] * count, [None] * count
    for row in range(count):
        if row in weighed.anchored and weighed.verdicts[row] in ("", UNCHANGED):
            people[row] = weighed.targets[row] or 0
            keys[row] = ("pk", people[row])
        if weighed.verdicts[row] or row in weighed.anchored:
            continue
        own = {"code": codes[row] or "", "name": names[row] or "", "id_number": ids[row] or "", "mobile": mobiles[row]}
        if key != "auto" and not own[key]:
            weighed.fault(
                row,
                key,
                "",
                bilingual("这一行没有用于匹配的值。", "This row lacks the value that clients are matched by."),
            )
            continue
        try:
            people[row] = finder.find(**own, key=key) or 0
        except Ambiguous:
            weighed.fault(
                row,
                "name",
                own["name"],
                bilingual(
                    "不止一位客户符合，请补充客户号或证件号码。",
                    "More than one client fits; add the client code or ID number.",
                ),
            )
            continue
        keys[row] = (
            ("pk", people[row]) if people[row] else tuple(own.values()) if not own["code"] else ("code", own["code"])
        )
    made = ClientEvaluation(weighed, people, finder, contacts)
    _past_and_present(made, columns, keys)
    _compare_stored(made, columns, codes, names, mode)
    for row in range(count):
        if weighed.verdicts[row] == CREATED:
            people[row] = -(row + 1)
        if people[row] and weighed.verdicts[row] != OLDER:
            finder.add(
                people[row], code=codes[row] or "", name=names[row] or "", id_number=ids[row] or "", mobile=mobiles[row]
            )
    evaluate_history(made, columns, keys)
    evaluate_coverage(made, columns.get("staff"))
    contact_import.evaluate(contacts, people, weighed)
    return made


def _index_rows(
    finder: ClientMatcher, codes: list[Any], ids: list[Any], mobiles: list[str], names: list[Any], key: str
) -> None:
    """Look up what the rows are recognised by, and nothing else: a row with a code is not looked for by its name."""
    if key == "auto":
        rest = [row for row, code in enumerate(codes) if not code]
        ids, mobiles, names = ([column[row] for row in rest] for column in (ids, mobiles, names))
    wanted = {"code": codes, "id_number": ids, "mobile": mobiles, "name": names}
    chosen = {name: _texts(column) if key in ("auto", name) else [] for name, column in wanted.items()}
    finder.learn(codes=chosen["code"], ids=chosen["id_number"], mobiles=chosen["mobile"], names=chosen["name"])


def _texts(column: list[Any]) -> list[str]:
    return [value for value in column if value]


def _past_and_present(made: ClientEvaluation, columns: Columns, keys: list[Any]) -> None:
    """Of several rows about one client the newest is the present; without dates they are duplicates."""
    verdicts, days = made.weighed.verdicts, columns.get("as_of_on")
    newest: dict[Any, int] = {}
    for row, mark in enumerate(keys):
        if verdicts[row] or mark is None:
            continue
        other = newest.setdefault(mark, row)
        if other == row:
            continue
        if days is None or days[row] is None or days[other] is None:
            if all(column[row] == column[other] for column in columns.values()):
                verdicts[row] = SKIPPED
                continue
            made.weighed.fault(
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
            newest[mark] = row
        else:
            verdicts[row] = OLDER


def _compare_stored(made: ClientEvaluation, columns: Columns, codes: list[Any], names: list[Any], mode: str) -> None:
    """Compare with the clients that are stored; refuse codes that belong to somebody else's client."""
    weighed, people = made.weighed, made.people
    fields = tuple(n for n in ("code", *history_fields()) if n in columns)
    read = ["id_number_index" if n == "id_number" else Client._meta.get_field(n).attname for n in fields]
    stored: row_matching.Stored = {}
    for part in chunks(sorted({p for p in people if p})):
        found = Client.objects.filter(pk__among=part).values_list("pk", *read).iterator(chunk_size=CHUNK)
        stored |= {pk: [(pk, tuple(values))] for pk, *values in found}
    days = columns.get("as_of_on")
    if days is not None:
        place = fields.index("as_of_on")
        for row, pk in enumerate(people):
            held = stored[pk][0][1][place] if pk in stored else None
            if held and days[row] and days[row] < held and not weighed.verdicts[row]:
                weighed.verdicts[row] = OLDER
    index = Client._meta.get_field("id_number_index")
    row_matching.evaluate(
        Client,
        columns,
        people,
        stored,
        fields,
        weighed,
        mode=mode,
        same={"id_number": lambda held, given: held == index.index_of(given)},
    )
    row_matching.hide_foreign_values(Client, columns, weighed)
    row_matching.require_columns(CustomFields("clients.Client", new=True).parameters(), columns, weighed)
    recoded = [row for row, changes in weighed.differences.items() if "code" in changes]
    taken = codes_in_use(_texts([codes[row] for row in (*weighed.rows(CREATED), *recoded)]))
    given = Counter(_texts([codes[row] for row in (*weighed.rows(CREATED), *recoded)]))
    for row in recoded:
        if codes[row] in taken or given[codes[row]] > 1:
            weighed.fault(row, "code", codes[row], code_taken_message(codes[row]))
    for row in weighed.rows(CREATED):
        if codes[row] and codes[row] in taken:
            weighed.fault(row, "code", codes[row], code_taken_message(codes[row]))
        elif not names[row]:
            weighed.fault(row, "name", "", bilingual("新客户必须有姓名。", "A new client needs a name."))


# --- writing -----------------------------------------------------------------------------------------


@action(
    "clients.import_clients", needs=Permission.CLIENT_WRITE, zh="批量导入客户", en="Import clients", is_public=False
)
def import_clients(*, columns: Columns, made: ClientEvaluation) -> dict[int, int]:
    """Write what was weighed; returns {-(row + 1): number} of the clients made. New clients are covered by the stated
    member of staff, else by whoever imports them."""
    with elevated("a new client is covered by whoever imports them"):
        born = _create(columns, made)
        _update(columns, made)
        made.people[:] = [born.get(p, p) for p in made.people]
        write_history(columns, made)
        write_coverage(made, born)
        contact_import.write(made.contacts, made.people, set(born.values()))
    if born:
        publish_event("clients.imported", count=len(born))
    return born


def _index_search(client: Client) -> None:
    client.pinyin, client.initials = pinyin_readings(client.name)
    if client.id_number and isinstance(client.id_number, str) and not client.id_type:
        client.id_type = rules.guess_id_type(str(client.kind), client.id_number)


def _create(columns: Columns, made: ClientEvaluation) -> dict[int, int]:
    rows = made.weighed.rows(CREATED)
    codes = columns.get("code") or [""] * len(made.people)
    lacking = sum(1 for row in rows if not codes[row])
    spare = iter(next_free_codes(lacking) if lacking else ())
    given = {name: [columns[name][row] for row in rows] for name in history_fields() if name in columns}
    given["code"] = [codes[row] or next(spare) for row in rows]
    read = [pinyin_readings(name) for name in given["name"]]
    given["pinyin"], given["initials"] = [whole for whole, _ in read], [short for _, short in read]
    _guess_types(given)
    if "branch" in given:
        given["branch_id"] = [branch.pk if branch else None for branch in given.pop("branch")]
    numbers = record_columns(Client, len(rows), given) if rows else []
    return {-(row + 1): number for row, number in zip(rows, numbers, strict=True)}


def _guess_types(given: Columns) -> None:
    """Name the kind of document where a number comes without it."""
    ids = given.get("id_number")
    if ids is None:
        return
    types, kinds, sound = given.get("id_type"), given.get("kind"), valid_resident_ids(ids)
    person, resident = str(choices.Kind.PERSON), str(choices.IdType.RESIDENT)
    given["id_type"] = [
        (types[at] if types else None)
        or (
            resident
            if number in sound and not (kinds and kinds[at])
            else _type_of(number, (kinds[at] if kinds else None) or person)
        )
        for at, number in enumerate(ids)
    ]


def _type_of(number: str, kind: str) -> str:
    return rules.guess_id_type(kind, number) if number else ""


def _update(columns: Columns, made: ClientEvaluation) -> None:
    """Change clients; what an older day of the same source said goes to the history first."""
    differences, days = made.weighed.differences, columns.get("as_of_on")
    held = load_rows(Client, (made.weighed.targets[row] for row in differences))
    past, touched = [], {"pinyin", "initials", "id_type"}
    told = {(made.people[row], day) for row, day in made.history}  # the file itself tells of that day, and more
    for row, changes in differences.items():
        client = held[made.weighed.targets[row]]  # type: ignore[index]
        earlier = days is not None and client.as_of_on and days[row] and days[row] > client.as_of_on
        if earlier and (client.pk, client.as_of_on) not in told:
            past.append(
                History(
                    client=client,
                    as_of_on=client.as_of_on,
                    known=history_values({n: v for n, (v, _) in changes.items()}),
                )
            )
        for name, (_, given) in changes.items():
            if name != "staff":
                setattr(client, name, given)
                touched.add(name)
        _index_search(client)
    changed = [held[made.weighed.targets[r]] for r, c in differences.items() if set(c) - {"staff"}]  # type: ignore[index]
    if changed:
        record_rows(Client, [], changed, sorted(touched), client_ids=[c.pk for c in changed])
    if past:
        record_rows(History, past, [], [], client_ids=[h.client_id for h in past])
