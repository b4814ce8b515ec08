"""How the kernel is compiled: once, kept on disk, without the interpreter's lock, so that threads really run together."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile at the first call.

    Sums may be reordered so that they fill vector registers; NaN and infinity keep their meaning. The order is that of
    the compiled code, the same for each client whichever thread computes it, so results are bit-equal at any number.
    """
    made: F = numba.njit(
        function, nogil=True, cache=True, error_model="numpy", fastmath={"reassoc", "contract", "arcp", "nsz"}
    )
    return made
