"""Verification of the audit: the chain, the stored head, seals stored elsewhere, and current rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.audit import anchor, chain, current_rows
from dakehu.foundation.audit import seals as audit_seals
from dakehu.foundation.audit.anchor import HeadFault, Seal
from dakehu.foundation.audit.current_rows import LastValues, RowFault
from dakehu.foundation.base.i18n import Bilingual

SAMPLE = 500  # rows compared, unless all are


@dataclass(frozen=True)
class Verdict:
    """`entries`: number read; `broken`: id of the first invalid entry (None: all valid); `why`: the reason. `rows`:
    number compared with the audit; `changed`: those that differ. `anchored` is False where no head is stored, so that
    a cut at the end would not be detected."""

    entries: int
    broken: int | None
    why: Bilingual | str = ""
    rows: int = 0
    changed: tuple[RowFault, ...] = ()
    anchored: bool = True

    @property
    def holds(self) -> bool:
        return self.broken is None and not self.changed

    def as_plain(self) -> dict[str, Any]:
        return {
            "entries": self.entries,
            "broken": self.broken,
            "why": self.why,
            "rows": self.rows,
            "changed": [fault.as_plain() for fault in self.changed],
            "anchored": self.anchored,
        }


def verify(*, seals: Iterable[Seal] = (), rows: int | None = SAMPLE) -> Verdict:
    """Verify the whole chain, compare it with the stored head and with `seals` stored elsewhere, and compare `rows`
    current rows (None: all) with it. Run as the system, which sees every entry. A fault raises the alarm; if all is
    valid, the alarm ends."""
    anchored = anchor.head_file().exists()
    last = LastValues()
    walked = chain.verify_entries(each=last.add)
    fault = HeadFault(walked.entry, walked.why) if walked.entry is not None else anchor.find_head_fault()
    fault = fault or audit_seals.find_fault()
    for seal in seals:
        fault = fault or anchor.find_seal_fault(seal)
    if fault is not None:
        anchor.raise_alarm(fault)
        return Verdict(walked.entries, fault.entry, fault.why, anchored=anchored)
    compared, changed = current_rows.compare(last, rows)
    if changed:
        anchor.raise_alarm(HeadFault(0, changed[0].why))
    else:
        anchor.clear_alarm()
    return Verdict(walked.entries, None, "", compared, tuple(changed), anchored)
