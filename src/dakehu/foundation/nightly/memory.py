"""Measure the peak memory of this process since a reset."""

import sys
from contextlib import suppress
from pathlib import Path

STATUS, REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
RESET_PEAK = "5"  # see proc(5)


def reset_peak() -> None:
    """Reset the peak, where the operating system supports it."""
    with suppress(OSError):
        REFS.write_text(RESET_PEAK)


def peak_mb() -> float | None:
    """Return the peak memory since the last reset (since process start where it cannot be reset), in MB."""
    with suppress(OSError, ValueError, IndexError):
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1024 * 1024) if sys.platform == "darwin" else size / 1024
