"""Erase clients from the snapshots."""

import numpy as np

from dakehu.domains.insight.snapshots import store
from dakehu.foundation.erasure.erase import Erasure, declare_eraser


def erase_from_snapshots(erasure: Erasure) -> int:
    """Rewrite every snapshot without these clients; return how many were written."""
    gone = np.array(sorted(erasure.clients), np.int64)
    return store.rewrite(lambda ids: ~np.isin(ids, gone))


declare_eraser("insight_snapshots", erase_from_snapshots)
