"""Compile the kernel once, cached on disk and without the global interpreter lock.

Threads therefore run in parallel.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function at its first call.

    Sums may be reordered to fill vector registers; NaN and infinity keep their meaning. The order is that of the
    compiled code, the same for each client on any thread, so results are bit-equal for any number of threads.
    """
    wrapper: F = numba.njit(
        function, nogil=True, cache=True, error_model="numpy", fastmath={"reassoc", "contract", "arcp", "nsz"}
    )
    return wrapper
