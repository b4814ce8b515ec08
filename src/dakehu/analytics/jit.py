"""Compile the kernel once, cached on disk and without the global interpreter lock.

Threads therefore run in parallel.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba
from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
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
    """Return an intrinsic of two float64 that are not NaN; unlike a comparison it is vectorised in a loop."""

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


# Steps on WIDTH numbers, to which loops are not auto-vectorised. Arrays are in C order; each index has room for WIDTH.
WIDTH = 8
NUMBERS, FLAGS = ir.VectorType(ir.DoubleType(), WIDTH), ir.VectorType(ir.IntType(1), WIDTH)
FEW_DIGITS = ir.VectorType(ir.FloatType(), WIDTH)
WIDE = bool(get_host_cpu_features().get("avx512f"))  # whether registers are that wide; elsewhere plain loops are faster


def _constant(number: float) -> Any:
    return ir.Constant(NUMBERS, [number] * WIDTH)


def _place(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    """Return the address of WIDTH numbers of an array."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), NUMBERS.as_pointer())


def _count(builder: Any, flags: Any) -> Any:
    """Return how many flags are set: int64."""
    return builder.zext(builder.ctpop(builder.bitcast(flags, ir.IntType(WIDTH))), ir.IntType(64))


@intrinsic
def append_below(typing_context: Any, source: Any, index: Any, limit: Any, target: Any, count: Any) -> Any:
    """Append those of source[index : index + WIDTH] that are below a limit to the `count` numbers of target; return the new count.

    WIDTH numbers are written: those beyond the new count are undefined.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, index, limit, target, count = arguments
        read = builder.load(_place(context, builder, signature.args[0], source, index), align=8)
        limits = builder.insert_element(ir.Constant(NUMBERS, ir.Undefined), limit, ir.IntType(32)(0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
        below = builder.fcmp_ordered("<", read, builder.shuffle_vector(limits, limits, zeros))
        kind = ir.FunctionType(NUMBERS, [NUMBERS, FLAGS, NUMBERS])
        pack = cgutils.get_or_insert_function(builder.module, kind, f"llvm.experimental.vector.compress.v{WIDTH}f64")
        packed = builder.call(pack, [read, below, ir.Constant(NUMBERS, ir.Undefined)])
        builder.store(packed, _place(context, builder, signature.args[3], target, count), align=8)
        return builder.add(count, _count(builder, below))

    return types.int64(source, types.int64, types.float64, target, types.int64), generate


@intrinsic
def write_changes(typing_context: Any, value: Any, index: Any, target: Any, place: Any) -> Any:
    """Write value[k + 1] / value[k] - 1, 0 where value[k] is 0, for WIDTH days k from index, into target from place.

    A single-precision reciprocal, four times as fast, is refined to full double precision.
    Returns how many are wrong because value[k] is out of range for single precision.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value, index, target, place = arguments
        kind = ir.FunctionType(NUMBERS, [NUMBERS, NUMBERS, NUMBERS])
        fused = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{WIDTH}f64")
        before = builder.load(_place(context, builder, signature.args[0], value, index), align=8)
        following = builder.add(index, index.type(1))
        after = builder.load(_place(context, builder, signature.args[0], value, following), align=8)
        one = ir.Constant(FEW_DIGITS, [1.0] * WIDTH)
        rough = builder.fpext(builder.fdiv(one, builder.fptrunc(before, FEW_DIGITS)), NUMBERS)
        negative = builder.fneg(before)
        error = builder.call(fused, [negative, rough, _constant(1.0)])
        reciprocal = builder.call(fused, [rough, error, rough])
        ratio = builder.fmul(after, reciprocal)
        rest = builder.call(fused, [negative, ratio, after])
        exact = builder.call(fused, [rest, reciprocal, ratio])
        something = builder.fcmp_unordered("!=", before, _constant(0.0))
        change = builder.select(something, builder.fsub(exact, _constant(1.0)), _constant(0.0))
        builder.store(change, _place(context, builder, signature.args[2], target, place), align=8)
        near = builder.and_(
            builder.fcmp_ordered("<", error, _constant(1e-6)), builder.fcmp_ordered(">", error, _constant(-1e-6))
        )
        return _count(builder, builder.and_(something, builder.not_(near)))

    return types.int64(value, types.int64, target, types.int64), generate
