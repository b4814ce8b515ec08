"""Compile the kernel once, cached on disk and without the global interpreter lock.

Threads therefore run in parallel.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])

REORDERED = {"reassoc", "contract", "arcp", "nsz"}


def compiled(function: F) -> F:
    """Compile a function at its first call.

    Sums may be reordered to fill vector registers; NaN and infinity keep their meaning. The order is that of the
    compiled code, the same for each client on any thread, so results are bit-equal for any number of threads.
    """
    wrapper: F = numba.njit(function, nogil=True, cache=True, error_model="numpy", fastmath=REORDERED)
    return wrapper


def _extremum(operation: str) -> Any:
    """Return an intrinsic of two float64 that are not NaN; unlike a comparison it fills vector registers in a loop."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = ir.DoubleType()
        kind = ir.FunctionType(number, [number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{operation}.f64")
        return builder.call(function, arguments, fastmath=("nnan", "nsz"))

    def typed(typing_context: Any, one: Any, other: Any) -> Any:
        return types.float64(types.float64, types.float64), generate

    return intrinsic(typed)


smaller = _extremum("minnum")
larger = _extremum("maxnum")
