"""Encrypt a workbook with a password: AES-256, SHA-512, 100,000 rounds.

Source: MS-OFFCRYPTO, agile encryption.
"""

from __future__ import annotations

import os
from pathlib import Path

from msoffcrypto.format.ooxml import OOXMLFile

from dakehu.exchange.workbook.writing.spec import CannotWrite

# Excel refuses longer passwords when opening a file.
LONGEST = 255


def encrypt_file(path: Path, password: str) -> None:
    """Replace an .xlsx file by its encrypted form. Any characters are allowed in the password."""
    if not 0 < len(password) <= LONGEST:
        raise CannotWrite(
            f"打开密码须为 1–{LONGEST} 个字符，现在是 {len(password)} 个。",
            f"The file password must have 1–{LONGEST} characters; this one has {len(password)}.",
        )
    encrypted = path.with_name(path.name + ".sealing")
    try:
        with path.open("rb") as plain, encrypted.open("wb") as out:
            OOXMLFile(plain).encrypt(password, out)
        os.replace(encrypted, path)
    finally:
        encrypted.unlink(missing_ok=True)
