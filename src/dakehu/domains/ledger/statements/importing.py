"""Import client statements: evaluate every row, quarantine unreadable ones, write new trades.

A row is identified by the digest of its cells and its occurrence: two equal fills are the first and the second. An
overlapping export therefore adds only what is new, and a statement split in two adds the same rows as one file.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

from dakehu.domains.clients.actions import create as create_client
from dakehu.domains.ledger.models import Account, AccountKind, QuarantinedRow, TradeBatch
from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.products.security_codes import Security, market_of_account
from dakehu.domains.ledger.statements.short_code_names import names_of_short_codes, with_market
from dakehu.domains.ledger.statements.validation import RowRejected, StatementRow, ValidTrade, validate_row
from dakehu.domains.ledger.trades import journal, reader
from dakehu.domains.ledger.trades.transaction_types import TransactionType
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.records.recorded import add_audit_note

AT_MOST = 10_000_000  # most rows of one batch that `seq` can number


@dataclass(frozen=True)
class Line:
    """One row of a statement file.

    `line` is counted from 1 in `sheet`, `cells` holds the text by heading, `written` the values read. `meaning` is what a
    mapping profile defines for the row's kind of business; `broken` names a cell that could not be read.
    """

    line: int
    cells: dict[str, str]
    written: StatementRow | None
    meaning: TransactionType | None = None
    broken: RowRejected | None = None
    sheet: str = ""

    def digest(self) -> int:
        """Return 63 bits that identify the row's contents, independent of its position."""
        text = "\x1f".join(f"{k}\x1e{v}" for k, v in sorted(self.cells.items()) if v)
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


EvaluatedRow = tuple[Line, ValidTrade, int, int]  # a row, its trade, its digest and its occurrence


@dataclass
class EvaluatedStatement:
    """The rows of a statement after validation.

    `valid` are rows with a trade, their digest and occurrence, `rejected` rows with the error and "digest.occurrence";
    `ignored` is the number of rows without effect on cash or positions, `repeated` are rows that another sheet of the
    file contains as well.
    """

    valid: list[EvaluatedRow] = field(default_factory=list)
    rejected: list[tuple[Line, RowRejected, str]] = field(default_factory=list)
    ignored: int = 0
    repeated: list[Line] = field(default_factory=list)

    def securities(self) -> dict[Security, tuple[str, str]]:
        """Return {security: (name, currency)} of the valid rows."""
        names: dict[Security, tuple[str, str]] = {}
        for _, trade, _, _ in self.valid:
            if trade.security is not None:
                names.setdefault(trade.security, (trade.name, trade.currency))
        return names

    def accounts(self) -> list[str]:
        """Return the account numbers named by valid rows, sorted."""
        return sorted({line.written.account for line, *_ in self.valid if line.written and line.written.account})


def evaluate(lines: list[Line]) -> EvaluatedStatement:
    """Validate every row by itself; nothing is written.

    Equal rows of one sheet are several trades, an equal row of another sheet is the same trade, as it is in another file.
    """
    result, occurrences = EvaluatedStatement(), Counter[tuple[str, int]]()
    seen: dict[tuple[int, int], str] = {}
    names = names_of_short_codes([line.written for line in lines if line.written is not None])
    for line in lines:
        digest = line.digest()
        occurrences[line.sheet, digest] += 1
        nth = occurrences[line.sheet, digest]
        if seen.setdefault((digest, nth), line.sheet) != line.sheet:
            result.repeated.append(line)
            continue
        try:
            if line.written is None or line.broken is not None:
                raise line.broken or RowRejected("number")
            trade = validate_row(with_market(line.written, names), line.meaning, clock.today())
        except RowRejected as error:
            result.rejected.append((line, error, f"{digest:016x}.{nth}"))
            continue
        if trade is None:
            result.ignored += 1
        else:
            result.valid.append((line, trade, digest, nth))
    return result


def owner_of(evaluation: EvaluatedStatement, sha256: str) -> Any | None:
    """Return the client who owns the statement, or None if no client does yet.

    The owner follows from the accounts named in the rows, else from an earlier import of the same file. Raises Refused
    if the owner is outside the actor's scope, or if the accounts belong to several clients.
    """
    model = scope.client_model()
    index = Account._meta.get_field("number_index").index_of
    numbers = [index(number) for number in evaluation.accounts()]
    with elevated("owner of a statement"):
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
    client = model.objects.filter(pk__in=owners).first()
    if owners and client is None:
        raise Refused(
            {
                "client": [
                    bilingual(
                        "这份对账单的账户不在您的范围内，请联系团队负责人确认归属。",
                        "The accounts of this statement are not within your scope; ask your team head.",
                    )
                ]
            }
        )
    return client


@action("ledger.import_statement", needs=Permission.IMPORT, zh="导入对账单", en="Import a statement", is_public=False)
def import_statement(
    *,
    client: Any | None,
    name: str,
    evaluation: EvaluatedStatement,
    numbers: dict[tuple[str, str], int],
    source: str,
    sha256: str,
) -> dict[str, Any]:
    """Write the new rows of an evaluated statement for one client.

    `client` None creates a client called `name`. `numbers` are product ids by (code, market), see
    products.registry.register_products. Returns {client, new_client, created, unchanged, skipped, quarantined,
    cash_effect (fen)}.
    """
    is_new = client is None
    client = client or create_client(name=name[:120] or source[:120])
    return {"client": client, "new_client": is_new, **_import([(client, evaluation)], numbers, source, sha256)}


@action(
    "ledger.import_statements",
    needs=Permission.IMPORT,
    zh="导入多位客户的对账单",
    en="Import a statement of several clients",
    is_public=False,
)
def import_statements(
    *, parts: list[tuple[Any, EvaluatedStatement]], numbers: dict[tuple[str, str], int], source: str, sha256: str
) -> dict[str, Any]:
    """Write the new rows of a statement that covers several clients.

    `parts` holds each client with their evaluated rows. Returns {clients, created, unchanged, skipped, quarantined,
    cash_effect (fen)}.
    """
    return {"clients": len(parts), **_import(parts, numbers, source, sha256)}


def _import(
    parts: list[tuple[Any, EvaluatedStatement]], numbers: dict[tuple[str, str], int], source: str, sha256: str
) -> dict[str, Any]:
    """Register new rows, save new accounts, quarantine rejected rows and note the file in the audit."""
    new_rows = _unregistered_rows(parts)
    count = sum(len(rows) for _, rows in new_rows)
    _save_accounts(parts)
    quarantined = _quarantine(parts, source)
    if count:
        register([(client, rows) for client, rows in new_rows if rows], numbers, source, sha256)
    add_audit_note(statement=source, sha256=sha256, rows=count, held=quarantined)
    return {
        "created": count,
        "unchanged": sum(len(evaluation.valid) for _, evaluation in parts) - count,
        "skipped": sum(evaluation.ignored for _, evaluation in parts),
        "quarantined": quarantined,
        "cash_effect": sum(trade.net for _, rows in new_rows for _, trade, _, _ in rows),
    }


def _unregistered_rows(parts: list[tuple[Any, EvaluatedStatement]]) -> list[tuple[Any, list[EvaluatedRow]]]:
    """Return the valid rows of each client that are not in the journal yet."""
    stored = in_journal([client.pk for client, _ in parts])
    return [
        (client, [row for row in evaluation.valid if row[3] > stored[client.pk, row[2]]])
        for client, evaluation in parts
    ]


def known_lines(parts: list[tuple[Any, EvaluatedStatement]]) -> int:
    """Return the number of valid rows already in the journal; a client yet to be created (None) has none."""
    existing = [part for part in parts if part[0] is not None]
    return sum(len(evaluation.valid) for _, evaluation in existing) - sum(
        len(rows) for _, rows in _unregistered_rows(existing)
    )


def in_journal(clients: list[int]) -> Counter[tuple[int, int]]:
    """Return {(client id, digest): number of rows in the journal} of some clients."""
    table = reader.trades_of_clients(clients)
    return Counter(zip(table["client"].to_pylist(), table["digest"].to_pylist(), strict=True))


def register(
    parts: list[tuple[Any, list[EvaluatedRow]]], numbers: dict[tuple[str, str], int], source: str, sha256: str
) -> list[TradeBatch]:
    """Write rows to the journal as one file, and one register row for each client.

    Must run inside an action. Returns the register rows. Raises Refused for more than AT_MOST rows of one client.
    """
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
    batches = [_batch(client, rows, name, source, sha256) for client, rows in parts]
    record_rows(TradeBatch, batches, [], [], client_ids=[batch.client_id for batch in batches])
    rows = [
        {
            "client": batch.client_id,
            "asset": _product_id(trade, numbers),
            "day": trade.day,
            "seq": batch.pk * AT_MOST + position,
            "side": int(trade.side),
            "quantity": trade.quantity,
            "price": trade.price,
            "amount": trade.amount,
            "net": trade.net,
            "commission": trade.commission,
            "stamp": trade.stamp,
            "transfer": trade.transfer,
            "other": trade.other,
            "time": trade.time,
            "currency": trade.currency,
            "ref": trade.ref,
            "digest": digest,
            "nth": nth,
            "batch": batch.pk,
        }
        for batch, (_, client_rows) in zip(batches, parts, strict=True)
        for position, (_, trade, digest, nth) in enumerate(_chronological(client_rows))
    ]
    journal.write(journal.path_of(name), journal.trades_of(rows))
    return batches


def _batch(client: Any, rows: list[EvaluatedRow], file: str, source: str, sha256: str) -> TradeBatch:
    """Build the register row of one client's rows in a journal file."""
    trades = [row[1] for row in rows]
    days = [trade.day for trade in trades]
    return TradeBatch(
        file=file,
        source=source[-80:],
        client=client,
        first_day=min(days),
        last_day=max(days),
        sha256=sha256,
        rows=len(trades),
        amount=sum(trade.amount for trade in trades),
        net=sum(trade.net for trade in trades),
        fee=sum(trade.fee for trade in trades),
    )


def _chronological(new: list[EvaluatedRow]) -> list[EvaluatedRow]:
    """Return rows oldest first: a sheet that runs from new to old is reversed."""
    return [row for _, rows in groupby(new, key=lambda row: row[0].sheet) for row in _oldest_first(list(rows))]


def _oldest_first(rows: list[EvaluatedRow]) -> list[EvaluatedRow]:
    return rows[::-1] if len(rows) > 1 and rows[0][1].day > rows[-1][1].day else rows


def _product_id(trade: ValidTrade, numbers: dict[tuple[str, str], int]) -> int:
    """Return the product id of a trade, NO_ASSET for money alone."""
    return journal.NO_ASSET if trade.security is None else numbers[trade.security.code, trade.security.market]


def _save_accounts(parts: list[tuple[Any, EvaluatedStatement]]) -> None:
    """Save the accounts named in the rows that their clients do not have yet."""
    index: Any = Account._meta.get_field("number_index")
    missing = {(client.pk, index.index_of(n)): n for client, evaluation in parts for n in evaluation.accounts()}
    wanted = sorted({number for _, number in missing})
    for start in range(0, len(wanted), 5000):
        rows = Account.objects.filter(number_index__in=wanted[start : start + 5000])
        for key in rows.values_list("client_id", "number_index"):
            missing.pop(key, None)
    accounts = [
        Account(client_id=owner, kind=AccountKind.SHARES.value, number=number, market=market_of_account(number))
        for (owner, _), number in missing.items()
    ]
    if accounts:
        record_rows(Account, accounts, [], [], client_ids=[row.client_id for row in accounts])


def quarantined_lines(parts: list[tuple[Any, EvaluatedStatement]]) -> int:
    """Return the number of rows that would be quarantined, without those quarantined or settled before."""
    unassigned = sum(len(evaluation.rejected) for client, evaluation in parts if client is None)
    return unassigned + len(_needs_review([part for part in parts if part[0] is not None]))


def _needs_review(parts: list[tuple[Any, EvaluatedStatement]]) -> dict[tuple[int, str], tuple[Line, RowRejected]]:
    """Return {(client id, digest): (row, error)} of rejected rows not in the quarantine in any state."""
    rejected = {
        (client.pk, digest): (line, error)
        for client, evaluation in parts
        for line, error, digest in evaluation.rejected
    }
    digests = sorted({digest for _, digest in rejected})
    for start in range(0, len(digests), 5000):
        rows = QuarantinedRow.objects.filter(digest__in=digests[start : start + 5000])
        for key in rows.values_list("client_id", "digest"):
            rejected.pop(key, None)
    return rejected


def _quarantine(parts: list[tuple[Any, EvaluatedStatement]], source: str) -> int:
    """Quarantine rejected rows that are not there yet; return their number."""
    quarantined = [
        QuarantinedRow(
            client_id=owner,
            source=f"{source} {line.sheet}".strip()[-120:],
            line=line.line,
            cells=line.cells,
            reason=error.reason,
            detail=error.detail[:300],
            digest=digest,
        )
        for (owner, digest), (line, error) in _needs_review(parts).items()
    ]
    if quarantined:
        record_rows(QuarantinedRow, quarantined, [], [], client_ids=[row.client_id for row in quarantined])
    return len(quarantined)


def register_new_products(*evaluations: EvaluatedStatement) -> dict[tuple[str, str], int]:
    """Return the product id of every security named in the evaluated rows; register new products.

    Runs as an action of its own, see products.registry.register_products.
    """
    named = {
        security: names for evaluation in reversed(evaluations) for security, names in evaluation.securities().items()
    }
    return products.register_products(named=named) if named else {}


def balances(evaluation: EvaluatedStatement) -> dict[str, Any]:
    """Check that the running cash balance follows from row to row.

    Returns {checked: rows compared, broken: rows that deviate, first: line of the first one or None}. Rows without
    a balance are not compared.
    """
    checked, broken = 0, []
    with_balance = [row for row in evaluation.valid if row[1].balance is not None]
    for _, rows in groupby(with_balance, key=lambda row: row[0].sheet):
        for (_, before, *_), (line, after, *_) in pairwise(_oldest_first(list(rows))):
            checked += 1
            if before.balance is not None and before.balance + after.net != after.balance:
                broken.append(line.line)
    return {"checked": checked, "broken": len(broken), "first": broken[0] if broken else None}
