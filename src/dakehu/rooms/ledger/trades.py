"""Reading the journal within scope: whoever asks gets the trades of clients they see, and no others."""

from collections.abc import Iterable

import pyarrow as pa

from dakehu.foundation import scope
from dakehu.rooms.ledger import journal
from dakehu.rooms.ledger.models import TradeBatch


def visible(clients: Iterable[int]) -> list[int]:
    """Those of some client numbers whom the actor sees, ascending."""
    wanted = sorted(set(clients))
    model = scope.client_model()
    found: list[int] = []
    for start in range(0, len(wanted), 5000):
        found += model.objects.filter(pk__in=wanted[start : start + 5000]).values_list("pk", flat=True)
    return sorted(found)


def of_clients(clients: Iterable[int]) -> pa.Table:
    """The trades of some clients (journal.TRADES), ordered by (client, asset, day, as dealt); clients out of sight have
    none."""
    return _live(visible(clients))


def everything() -> pa.Table:
    """Every trade of the firm, ordered likewise. Only the desk itself may ask (scope.system)."""
    if not scope.current_actor().is_system:
        raise PermissionError("every trade of the firm is read by the system only: wrap it in scope.system(reason)")
    return _live(None)


def _live(clients: list[int] | None) -> pa.Table:
    """The rows of registered files. A statement's rows are those of the client whom the register row of their batch
    names."""
    rows = TradeBatch.objects.order_by("pk").values_list("pk", "file", "client_id")
    shared = [journal.path_of(file) for _, file, owner in rows if owner is None]
    limit = None if clients is None else [("client", "in", clients)]
    tables = [journal.read(shared, filters=limit)] if clients is None or clients else [journal.read([])]
    wanted = None if clients is None else set(clients)
    owners: dict[str, dict[int, int]] = {}
    for batch, file, owner in rows:
        if owner is not None and (wanted is None or owner in wanted):
            owners.setdefault(file, {})[batch] = owner
    for file, named in owners.items():
        table = journal.read([journal.path_of(file)], filters=[("batch", "in", list(named))])
        owned = [named[batch] for batch in table["batch"].to_pylist()]
        tables.append(table.set_column(0, "client", pa.array(owned, pa.int64())))
    return pa.concat_tables(tables).sort_by(journal.ORDER)
