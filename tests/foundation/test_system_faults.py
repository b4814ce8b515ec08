"""Raw error messages of disk and database are not shown to users."""

import errno
import sqlite3

import pytest
from cryptography.exceptions import InvalidTag
from django.db import OperationalError

from dakehu.foundation.base import system_faults
from dakehu.foundation.base.system_faults import explain


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), system_faults.DISK_FULL),
        (OSError(errno.EROFS, "Read-only file system"), system_faults.NOT_WRITABLE),
        (PermissionError(errno.EACCES, "Permission denied"), system_faults.NOT_WRITABLE),
        (OperationalError("disk I/O error"), system_faults.DISK_FAULT),
        (OperationalError("database or disk is full"), system_faults.DISK_FULL),
        (OperationalError("attempt to write a readonly database"), system_faults.NOT_WRITABLE),
        (sqlite3.DatabaseError("file is not a database"), system_faults.NO_DATABASE),
        (OperationalError("connection to server failed: Connection refused"), system_faults.UNREACHABLE),
        (InvalidTag(), system_faults.NOT_OPENING),
    ],
)
def test_each_fault_of_disk_and_database_has_its_sentence(fault, sentence):
    assert explain(fault) is sentence
    try:
        raise RuntimeError("while saving") from fault
    except RuntimeError as outer:
        assert explain(outer) is sentence


def test_other_faults_stay_ours():
    assert (
        explain(ValueError("x")) is None
        and explain(OperationalError("no such table")) is None
        and explain(None) is None
    )
