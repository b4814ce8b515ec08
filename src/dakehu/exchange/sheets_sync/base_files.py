"""The values of a worksheet when both sides were last equal, as encrypted files: {row of the desk: {field: text}}."""

import json
import zlib

from dakehu.foundation.files import store as files

Rows = dict[int, dict[str, str]]
VERSION = "#version"  # in addition to the fields of a row: its version on the desk at that time
UNDO_DAYS = 90  # that replaced files are kept


def save(name: str, rows: Rows, replaced: str = "") -> str:
    """Save rows until they are replaced; return the key. Call inside an act. The file under `replaced` expires."""
    if replaced:
        files.expire(replaced, UNDO_DAYS)
    body = json.dumps({str(number): cells for number, cells in rows.items()}, ensure_ascii=False)
    return str(files.save(name_of(name), zlib.compress(body.encode()), None).key)


def name_of(name: str) -> str:
    """Return the name of the file of some rows."""
    return f"{name}.json"


def load(key: str) -> Rows:
    """Return saved rows; none without a key. The caller has already read the row that contains the key."""
    if not key:
        return {}
    return {int(number): cells for number, cells in json.loads(zlib.decompress(files.content_of(key).whole())).items()}
