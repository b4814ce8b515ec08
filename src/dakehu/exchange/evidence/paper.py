"""Content of the printed part of an evidence pack: every row as a sentence, by table, the oldest first."""

from typing import Any

from dakehu.domains.team.roles import RoleName
from dakehu.exchange.evidence.collection import Table
from dakehu.exchange.reports import charts
from dakehu.exchange.reports.formats import partial_list_note
from dakehu.foundation.actions.labels import act_label
from dakehu.foundation.audit import signature
from dakehu.foundation.base.i18n import Bilingual, bilingual, language

PRINTED, LETTERS = 400, 600  # rows per table, characters per row; the data files contain everything
NOTES = (
    bilingual(
        "本证据包由随附的 verify.py 核验，只需 Python，不需要本系统：python3 -I verify.py。任何一个字节、一行或一个文件被改动、删除或增加都会被指出。",
        "The enclosed verify.py checks this pack with nothing but Python: python3 -I verify.py. A byte, row or file that was "
        "changed, removed or added is named.",
    ),
    bilingual(
        "请用系统此前发往外部的封存文件（--seal）或下列密钥指纹（--key）核对；只凭包内文件无法发现整包伪造。",
        "Compare with a seal that the desk sent out (--seal) or the fingerprint below (--key): the pack alone cannot show that "
        "it was forged as a whole.",
    ),
    bilingual(
        "内容以制作人可见的范围为限，被遮盖的栏目列于 manifest.json；纸面只列要点，完整数据在 data 文件夹。",
        "It shows what its maker may see; masked columns are listed in manifest.json. Print is abridged, data are whole.",
    ),
)


def content(about: dict[str, Any], tables: list[Table], entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the printed content, in the reader's language."""
    maker, period = about["made"], about["period"]
    title = bilingual("服务证据", "Evidence of service")
    audit = [
        (row["at"][:10], f"{act_label(row['action'])} · {row['actor_name']} {row['reason']}".strip()) for row in entries
    ]
    parts = [(table.title, table.texts) for table in tables] + [(str(bilingual("操作日志", "Audit")), audit)]
    return {
        "title": str(title),
        "name": about["client"]["name"],
        "language": language(),
        "font": charts.FONT,
        "made": str(_maker_line(maker)),
        "facts": [
            [str(label), str(value)]
            for label, value in (
                (bilingual("客户号", "Client code"), about["client"]["code"]),
                (bilingual("期间", "Period"), f"{period['from']} – {period['to']}"),
                (bilingual("制作人", "Made by"), f"{maker['by']} ({RoleName.text_of(maker['role'])})"),
                (bilingual("封存编号", "Seals"), " – ".join(str(number) for number in about["seals"])),
                (bilingual("密钥指纹", "Fingerprint of the key"), signature.fingerprint()),
            )
        ],
        "notes": [str(note) for note in NOTES],
        "contents": {
            "title": str(bilingual("内容", "Contents")),
            "note": str(bilingual("{n} 类", "{n} kinds", n=len(parts))),
            "rows": [[title, str(len(rows))] for title, rows in parts],
        },
        "parts": [
            {
                "title": title,
                "note": partial_list_note(min(len(rows), PRINTED), len(rows)),
                "rows": [[day, _shorten_text(words)] for day, words in sorted(rows, key=lambda row: row[0])[:PRINTED]],
            }
            for title, rows in parts
            if rows
        ],
    }


def _maker_line(maker: dict[str, Any]) -> Bilingual:
    return bilingual(
        "{who} 于 {when} 制作", "Made by {who} on {when}", who=maker["by"], when=maker["at"][:16].replace("T", " ")
    )


def _shorten_text(words: str) -> str:
    return words if len(words) <= LETTERS else f"{words[:LETTERS]} …"
