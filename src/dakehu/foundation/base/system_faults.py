"""User messages for faults of disk, database and archive: what happened, and the remedy."""

import errno
import sqlite3

from cryptography.exceptions import InvalidTag
from django.db import DatabaseError

from dakehu.foundation.base.i18n import Bilingual, bilingual

DISK_FULL = bilingual(
    "磁盘已满，这次没有保存任何内容。请腾出空间后再试。",
    "The disk is full and nothing of this was saved. Make room, then try again.",
)
NOT_WRITABLE = bilingual(
    "数据目录不能写入，这次没有保存任何内容。请检查目录的权限，以及磁盘是否只读。",
    "The data directory cannot be written to and nothing of this was saved. Check its permissions, and whether the disk is "
    "read-only.",
)
DISK_FAULT = bilingual(
    "读写磁盘出错，这次没有保存任何内容。请检查磁盘和剩余空间；持续出现时请从备份恢复。",
    "The disk failed to read or write and nothing of this was saved. Check the disk and the room left on it; if it stays, "
    "restore a backup.",
)
NO_DATABASE = bilingual(
    "数据库打不开：文件已损坏，或不是数据库。请用 dakehu restore 把备份恢复到新目录。",
    "The database cannot be opened: the file is damaged or no database. Restore a backup into a new directory with dakehu "
    "restore.",
)
UNREACHABLE = bilingual(
    "连不上数据库。请检查数据库服务是否运行、DAKEHU_DATABASE_URL 是否正确，稍后再试。",
    "The database cannot be reached. See that its server runs and that DAKEHU_DATABASE_URL is right, then try again.",
)
NOT_OPENING = bilingual(
    "加密内容打不开：内容被改动过，或密钥不是写入时的密钥。请运行 dakehu check 和 dakehu verify。",
    "An encrypted value does not open: it was changed, or the key is not the one it was written with. Run dakehu check and "
    "dakehu verify.",
)

_SAID_BY_SQLITE = {
    "database or disk is full": DISK_FULL,
    "attempt to write a readonly database": NOT_WRITABLE,
    "unable to open database file": NOT_WRITABLE,
    "disk i/o error": DISK_FAULT,
    "file is not a database": NO_DATABASE,
    "file is encrypted or is not a database": NO_DATABASE,
    "database disk image is malformed": NO_DATABASE,
}
_SAID_BY_POSTGRES = {
    "could not extend file": DISK_FULL,
    "no space left on device": DISK_FULL,
    "connection failed": UNREACHABLE,
    "connection refused": UNREACHABLE,
    "could not connect": UNREACHABLE,
    "server closed the connection": UNREACHABLE,
    "the connection is closed": UNREACHABLE,
    "terminating connection": UNREACHABLE,
    "the database system is": UNREACHABLE,
}
_SAID_BY_SYSTEM = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EROFS: NOT_WRITABLE,
    errno.EACCES: NOT_WRITABLE,
    errno.EPERM: NOT_WRITABLE,
    errno.EIO: DISK_FAULT,
}


def explain(fault: BaseException | None) -> Bilingual | None:
    """Return the message for a fault of disk, database or key, also among its causes; None for any other fault."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        if isinstance(fault, InvalidTag):
            return NOT_OPENING
        if isinstance(fault, (DatabaseError, sqlite3.Error)):
            text = str(fault).lower()
            for said in (_SAID_BY_SQLITE, _SAID_BY_POSTGRES):
                for words, sentence in said.items():
                    if words in text:
                        return sentence
        if isinstance(fault, OSError) and fault.errno in _SAID_BY_SYSTEM:
            return _SAID_BY_SYSTEM[fault.errno]
        fault = fault.__cause__ or fault.__context__
    return None
