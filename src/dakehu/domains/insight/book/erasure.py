"""Delete the months of the book when clients are erased; they are rebuilt from the remaining balances."""

from dakehu.domains.insight.book import months
from dakehu.foundation.erasure.erase import Erasure, declare_eraser


def erase_months(erasure: Erasure) -> int:
    """Delete the files of all months; return their number."""
    return months.delete_all()


declare_eraser("insight_months", erase_months)
