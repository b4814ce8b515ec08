"""Names and values as typed on a command line."""

import json
import re
from pathlib import Path
from typing import Any

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files.store import Upload


def _file(key: str, path: Path) -> Upload:
    try:
        path.open("rb").close()
    except OSError as fault:
        raise Refused(
            {
                key: [
                    bilingual(
                        "文件“{path}”读不到：{why}",
                        "The file “{path}” cannot be read: {why}",
                        path=path,
                        why=fault.strerror,
                    )
                ]
            }
        ) from None
    return Upload(path.name, path)


def pairs(words: list[str]) -> dict[str, Any]:
    """`key=value`, `key:=json`, `key=@file.json`, `key@file` for the file itself; a repeated key gives a list."""
    made: dict[str, Any] = {}
    for word in words:
        whole = re.match(r"(\w+)@(.+)$", word)
        if whole:
            made[whole[1]] = _file(whole[1], Path(whole[2]))
            continue
        key, sign, text = word.partition("=")
        if not sign:
            raise Refused(bilingual("“{word}”应写成 字段=值。", "Write “{word}” as key=value.", word=word))
        from_json, key = key.endswith(":"), key.removesuffix(":")
        try:
            if from_json:
                value = json.loads(text)
            elif text.startswith("@"):
                value = json.loads(Path(text[1:]).read_text(encoding="utf-8"))
            else:
                value = text
        except (ValueError, OSError) as fault:
            raise Refused({key: [bilingual("读不懂：{why}", "Not readable: {why}", why=fault)]}) from None
        if key in made:
            made[key] = [*(made[key] if isinstance(made[key], list) else [made[key]]), value]
        else:
            made[key] = value
    return made
