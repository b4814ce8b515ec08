"""Taking in a client's statement: every row told exactly, known already, without effect, or held back with its reason.

Rows are recognised by what stands in them, with their occurrence: two equal fills are the first and the second, so an
overlapping export adds only what is new, and a statement cut in two adds what the whole one would.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from dakehu.domains.clients.actions import create as create_client
from dakehu.domains.ledger.models import Account, AccountKind, QuarantinedRow, TradeBatch
from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.products.security_codes import Security, UnknownCode, market_of_account, security
from dakehu.domains.ledger.products.short_codes import is_short, market_by_name
from dakehu.domains.ledger.statements.validation import RowRejected, StatementRow, ValidTrade, validate_row
from dakehu.domains.ledger.trades import journal, reader
from dakehu.domains.ledger.trades.transaction_types import TransactionType
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.records.recorded import add_audit_note

AT_MOST = 10_000_000  # rows of one batch: what `seq` leaves room for


@dataclass(frozen=True)
class Line:
    """One row of a file: its line from 1, what stood there by heading, how it was read, and what a profile says its
    words mean. `broken` names a cell that could not be read."""

    line: int
    cells: dict[str, str]
    written: StatementRow | None
    meaning: TransactionType | None = None
    broken: RowRejected | None = None

    def digest(self) -> int:
        """63 bits of what stands in the row, wherever it stands."""
        text = "\x1f".join(f"{k}\x1e{v}" for k, v in sorted(self.cells.items()) if v)
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


StatementReport = tuple[Line, ValidTrade, int, int]  # a row, what it says, its digest and its occurrence


@dataclass
class EvaluatedStatement:
    """A file judged: rows told (with digest and occurrence), held back, and of no effect."""

    told: list[StatementReport] = field(default_factory=list)
    held: list[tuple[Line, RowRejected, str]] = field(default_factory=list)
    idle: int = 0

    def securities(self) -> dict[Security, tuple[str, str]]:
        """{security: (name, currency)}."""
        made: dict[Security, tuple[str, str]] = {}
        for _, dealt, _, _ in self.told:
            if dealt.security is not None:
                made.setdefault(dealt.security, (dealt.name, dealt.currency))
        return made

    def accounts(self) -> list[str]:
        return sorted({line.written.account for line, *_ in self.told if line.written and line.written.account})


def evaluate(lines: list[Line]) -> EvaluatedStatement:
    """Judge every row by itself; nothing is written."""
    made, seen = EvaluatedStatement(), Counter[int]()
    names = _names_of_short_codes(lines)
    for line in lines:
        digest = line.digest()
        seen[digest] += 1
        try:
            if line.written is None or line.broken is not None:
                raise line.broken or RowRejected("number")
            dealt = validate_row(_placed(line.written, names), line.meaning)
        except RowRejected as doubt:
            made.held.append((line, doubt, f"{digest:016x}.{seen[digest]}"))
            continue
        if dealt is None:
            made.idle += 1
        else:
            made.told.append((line, dealt, digest, seen[digest]))
    return made


def _names_of_short_codes(lines: list[Line]) -> dict[tuple[str, str], str]:
    """{(code, market): name} of what short codes may mean, as the register of products and whole codes of the file have
    them; {} for a file without short codes."""
    written = [line.written for line in lines if line.written is not None and line.written.code]
    short = {one.code.strip() for one in written if is_short(one.code)}
    if not short:
        return {}
    named = products.names_of({text.zfill(width) for text in short for width in (5, 6)} | short)
    for one in written:
        try:
            if not is_short(one.code):
                found = security(one.code, market=one.market, account=one.account)
                named.setdefault((found.code, found.market), one.name)
        except UnknownCode:
            continue
    return named


def _placed(written: StatementRow, names: dict[tuple[str, str], str]) -> StatementRow:
    """A row with the market of its short code, where the name tells it and the file does not."""
    if not names or written.market or not is_short(written.code):
        return written
    return replace(written, market=market_by_name(written.code, written.name, names))


def owner_of(judged: EvaluatedStatement, sha256: str) -> Any | None:
    """The client a statement belongs to by its accounts, or by being imported before; None for nobody yet. Refused where
    it is somebody whom the actor does not see, or where its accounts are of several clients."""
    model = scope.client_model()
    index = Account._meta.get_field("number_index").index_of
    numbers = [index(number) for number in judged.accounts()]
    with elevated("whose statement it is"):
        owners = set(Account.objects.filter(number_index__in=numbers).values_list("client_id", flat=True))
        if not owners:
            owners = set(TradeBatch.objects.filter(sha256=sha256).values_list("client_id", flat=True)) - {None}
    if len(owners) > 1:
        raise Refused(
            {
                "client": [
                    bilingual(
                        "对账单中的账户属于不止一位客户，请指明客户号（命令行：--client）。",
                        "The accounts of this statement are of several clients; name one (command line: --client).",
                    )
                ]
            }
        )
    found = model.objects.filter(pk__in=owners).first()
    if owners and found is None:
        raise Refused(
            {
                "client": [
                    bilingual(
                        "这份对账单的账户不在您的范围内，请联系团队长确认归属。",
                        "The accounts of this statement are not within your sight; ask your desk head.",
                    )
                ]
            }
        )
    return found


@action("ledger.take_statement", needs=Permission.IMPORT, zh="导入对账单", en="Take in a statement", is_public=False)
def import_statement(
    *,
    client: Any | None,
    name: str,
    judged: EvaluatedStatement,
    numbers: dict[tuple[str, str], int],
    source: str,
    sha256: str,
) -> dict[str, Any]:
    """Write what is new of a judged file for `client` (None: a new one, called `name`). Returns {client, created,
    unchanged, skipped, quarantined, cash_effect (fen), new_client}. `numbers` are the products (see products.learn)."""
    made_new = client is None
    client = client or create_client(name=name[:120] or source[:120])
    return {"client": client, "new_client": made_new, **_import([(client, judged)], numbers, source, sha256)}


@action(
    "ledger.take_statements",
    needs=Permission.IMPORT,
    zh="导入多位客户的对账单",
    en="Take in a statement of many clients",
    is_public=False,
)
def import_statements(
    *, parts: list[tuple[Any, EvaluatedStatement]], numbers: dict[tuple[str, str], int], source: str, sha256: str
) -> dict[str, Any]:
    """Write what is new of a file whose rows are of many clients, each with their own rows judged. Returns {clients,
    created, unchanged, skipped, quarantined, cash_effect (fen)}."""
    return {"clients": len(parts), **_import(parts, numbers, source, sha256)}


def _import(
    parts: list[tuple[Any, EvaluatedStatement]], numbers: dict[tuple[str, str], int], source: str, sha256: str
) -> dict[str, Any]:
    new = _new(parts)
    count = sum(len(rows) for _, rows in new)
    _save_accounts(parts)
    held = _quarantine(parts, source)
    if count:
        register([(client, rows) for client, rows in new if rows], numbers, source, sha256)
    add_audit_note(statement=source, sha256=sha256, rows=count, held=held)
    return {
        "created": count,
        "unchanged": sum(len(judged.told) for _, judged in parts) - count,
        "skipped": sum(judged.idle for _, judged in parts),
        "quarantined": held,
        "cash_effect": sum(dealt.net for _, rows in new for _, dealt, _, _ in rows),
    }


def _new(parts: list[tuple[Any, EvaluatedStatement]]) -> list[tuple[Any, list[StatementReport]]]:
    """The told rows of each client that the journal does not hold yet."""
    stored = in_journal([client.pk for client, _ in parts])
    return [(client, [one for one in judged.told if one[3] > stored[client.pk, one[2]]]) for client, judged in parts]


def known_lines(parts: list[tuple[Any, EvaluatedStatement]]) -> int:
    """How many told rows the journal holds already; nothing of a client who is yet to be made (None)."""
    theirs = [part for part in parts if part[0] is not None]
    return sum(len(judged.told) for _, judged in theirs) - sum(len(rows) for _, rows in _new(theirs))


def in_journal(clients: list[int]) -> Counter[tuple[int, int]]:
    """{(client, digest): how often} of what the journal holds of some clients."""
    table = reader.trades_of_clients(clients)
    return Counter(zip(table["client"].to_pylist(), table["digest"].to_pylist(), strict=True))


def register(
    parts: list[tuple[Any, list[StatementReport]]], numbers: dict[tuple[str, str], int], source: str, sha256: str
) -> list[TradeBatch]:
    """Put rows into the journal as one file and, for each client, one row of the register, inside the present act."""
    if any(len(rows) > AT_MOST for _, rows in parts):
        raise Refused(
            {
                "file": [
                    bilingual(
                        "一份对账单最多 {n} 行，请拆分。", "A statement has {n} rows at most; split it.", n=AT_MOST
                    )
                ]
            }
        )
    name = journal.new_name()
    made = [_batch(client, rows, name, source, sha256) for client, rows in parts]
    record_rows(TradeBatch, made, [], [], client_ids=[batch.client_id for batch in made])
    rows = [
        {
            "client": batch.client_id,
            "asset": _number(dealt, numbers),
            "day": dealt.day,
            "seq": batch.pk * AT_MOST + place,
            "side": int(dealt.side),
            "quantity": dealt.quantity,
            "price": dealt.price,
            "amount": dealt.amount,
            "net": dealt.net,
            "commission": dealt.commission,
            "stamp": dealt.stamp,
            "transfer": dealt.transfer,
            "other": dealt.other,
            "time": dealt.time,
            "currency": dealt.currency,
            "ref": dealt.ref,
            "digest": digest,
            "nth": nth,
            "batch": batch.pk,
        }
        for batch, (_, new) in zip(made, parts, strict=True)
        for place, (_, dealt, digest, nth) in enumerate(_trade_arrays(new))
    ]
    journal.write(journal.path_of(name), journal.trades_of(rows))
    return made


def _batch(client: Any, rows: list[StatementReport], file: str, source: str, sha256: str) -> TradeBatch:
    dealt = [one[1] for one in rows]
    days = [one.day for one in dealt]
    return TradeBatch(
        file=file,
        source=source[-80:],
        client=client,
        first_day=min(days),
        last_day=max(days),
        sha256=sha256,
        rows=len(dealt),
        amount=sum(d.amount for d in dealt),
        net=sum(d.net for d in dealt),
        fee=sum(d.fee for d in dealt),
    )


def _trade_arrays(new: list[StatementReport]) -> list[StatementReport]:
    """In the order of the file; a file that runs from new to old is turned round."""
    return list(reversed(new)) if len(new) > 1 and new[0][1].day > new[-1][1].day else new


def _number(dealt: ValidTrade, numbers: dict[tuple[str, str], int]) -> int:
    return journal.NO_ASSET if dealt.security is None else numbers[dealt.security.code, dealt.security.market]


def _save_accounts(parts: list[tuple[Any, EvaluatedStatement]]) -> None:
    """Enter the accounts that the rows name and their clients have not had so far."""
    index: Any = Account._meta.get_field("number_index")
    named = {(client.pk, index.index_of(n)): n for client, judged in parts for n in judged.accounts()}
    wanted = sorted({number for _, number in named})
    for start in range(0, len(wanted), 5000):
        rows = Account.objects.filter(number_index__in=wanted[start : start + 5000])
        for known in rows.values_list("client_id", "number_index"):
            named.pop(known, None)
    made = [
        Account(client_id=owner, kind=AccountKind.SHARES.value, number=number, market=market_of_account(number))
        for (owner, _), number in named.items()
    ]
    if made:
        record_rows(Account, made, [], [], client_ids=[row.client_id for row in made])


def quarantined_lines(parts: list[tuple[Any, EvaluatedStatement]]) -> int:
    """How many rows would be held back: without those that are held, released or dropped already."""
    nobodys = sum(len(judged.held) for client, judged in parts if client is None)
    return nobodys + len(_needs_review([part for part in parts if part[0] is not None]))


def _needs_review(parts: list[tuple[Any, EvaluatedStatement]]) -> dict[tuple[int, str], tuple[Line, RowRejected]]:
    """{(client, digest): row and doubt} of rows that are not held, released or dropped already."""
    held = {(client.pk, digest): (line, doubt) for client, judged in parts for line, doubt, digest in judged.held}
    digests = sorted({digest for _, digest in held})
    for start in range(0, len(digests), 5000):
        rows = QuarantinedRow.objects.filter(digest__in=digests[start : start + 5000])
        for known in rows.values_list("client_id", "digest"):
            held.pop(known, None)
    return held


def _quarantine(parts: list[tuple[Any, EvaluatedStatement]], source: str) -> int:
    """Hold rows back that are not known so; returns how many."""
    made = [
        QuarantinedRow(
            client_id=owner,
            source=source[-120:],
            line=line.line,
            cells=line.cells,
            reason=doubt.reason,
            detail=doubt.detail[:300],
            digest=digest,
        )
        for (owner, digest), (line, doubt) in _needs_review(parts).items()
    ]
    if made:
        record_rows(QuarantinedRow, made, [], [], client_ids=[row.client_id for row in made])
    return len(made)


def register_new_products(*judged: EvaluatedStatement) -> dict[tuple[str, str], int]:
    """The numbers of every security that judged rows name, new ones entered (an act of its own)."""
    named = {security: words for one in reversed(judged) for security, words in one.securities().items()}
    return products.register_products(named=named) if named else {}


def balances(judged: EvaluatedStatement) -> dict[str, Any]:
    """Whether the running cash balance follows from row to row: {"checked": rows compared, "broken": those that miss it,
    "first": the line of the first miss or None}. Nothing is compared without a balance column."""
    rows = [(line.line, dealt) for line, dealt, _, _ in judged.told if dealt.balance is not None]
    if len(rows) > 1 and rows[0][1].day > rows[-1][1].day:
        rows.reverse()
    broken = [
        place
        for (_, before), (place, after) in pairwise(rows)
        if before.balance is not None and after.balance is not None and before.balance + after.net != after.balance
    ]
    return {"checked": max(0, len(rows) - 1), "broken": len(broken), "first": broken[0] if broken else None}
