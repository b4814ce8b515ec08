"""End a child process with the process that started it, however that one ended, so that no orphan keeps serving."""

import ctypes
import os
import signal
import sys
import threading
import time

import psutil

PR_SET_PDEATHSIG = 1
SUPERVISED = "DAKEHU_SUPERVISED"  # set for the processes that `dakehu serve` starts


def end_with_parent(parent: int) -> None:
    """End this process as soon as `parent`, the process that started it, has ended: by the kernel on Linux, elsewhere
    by polling within a second."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_exit_with_parent, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it ended before this point
        os._exit(1)


def _exit_with_parent(parent: int) -> None:
    try:
        process = psutil.Process(parent)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(1)
    except psutil.Error:
        pass
    os._exit(1)
