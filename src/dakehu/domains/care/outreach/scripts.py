"""The scripts in force: the firm's newest version of each, else the product's default text; and new versions."""

from dataclasses import dataclass
from typing import Any

from dakehu.domains.care.models import OutreachScript
from dakehu.domains.care.outreach import words
from dakehu.domains.care.outreach.choices import ScriptCode
from dakehu.domains.care.permissions import OUTREACH_READ, OUTREACH_SCRIPTS
from dakehu.domains.compliance.wording.queries import check_wording
from dakehu.domains.team import queries as team
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

PRODUCT_VERSION = 0  # of the product's default texts


@dataclass(frozen=True)
class Script:
    """A script in force: its code, version and text."""

    code: str
    version: int
    text: Bilingual


def scripts_in_force() -> dict[str, Script]:
    """Return {code: script} of every script, in the order of a call."""
    found = {one.value: Script(one.value, PRODUCT_VERSION, words.DEFAULTS[one.value]) for one in ScriptCode}
    for row in OutreachScript.objects.order_by("version"):
        found[row.code] = Script(row.code, row.version, bilingual(row.zh, row.en))
    return found


def wording_faults(text: str) -> list[Bilingual]:
    """Return why a script may not be said to a client: hits of the wording check, placeholders treated as filled."""
    hits = check_wording(text=words.PLACEHOLDER.sub("—", text))["hits"]
    return [
        bilingual("“{found}”：{reason}", "“{found}”: {reason}", found=hit["text"], reason=bilingual(**hit["reason"]))
        for hit in hits
    ]


@query("care.outreach_scripts", needs=OUTREACH_READ, zh="致电话术", en="Scripts of calls")
def outreach_scripts() -> list[dict[str, Any]]:
    """Return the scripts in force: [{code, title, version, source, zh, en, versions: [{version, note, author, on}]}]."""
    rows: dict[str, list[OutreachScript]] = {}
    for row in OutreachScript.objects.select_related("author").order_by("-version"):
        rows.setdefault(row.code, []).append(row)
    return [
        {
            "code": code,
            "title": str(ScriptCode.text_of(code)),
            "version": script.version,
            "source": str(
                bilingual("产品默认", "Product's text")
                if script.version == PRODUCT_VERSION
                else bilingual("本机构第 {n} 版", "The firm's version {n}", n=script.version)
            ),
            "zh": script.text.zh,
            "en": script.text.en,
            "versions": [
                {
                    "version": row.version,
                    "note": row.note,
                    "author": row.author.name if row.author else "",
                    "on": row.created_at.date().isoformat(),
                }
                for row in rows.get(code, ())
            ],
        }
        for code, script in scripts_in_force().items()
    ]


@action(
    "care.set_outreach_script",
    needs=OUTREACH_SCRIPTS,
    zh="修改致电话术",
    en="Change a script",
    parameters=(
        Parameter("code", choice_set=ScriptCode, spec=FieldSpec("话术编号", "Script code")),
        *parameters_of("care.OutreachScript", "zh", "en", "note"),
    ),
    offers_undo=False,
)
def set_outreach_script(*, code: str, zh: str, en: str, note: str) -> OutreachScript:
    """Add the next version of a script, in force from now on. Raises Refused for words that may not reach clients."""
    against = {
        name: [
            *wording_faults(text),
            *(
                bilingual("没有这个占位符：{name}", "There is no such placeholder: {name}", name=one)
                for one in words.unknown_placeholders(text)
            ),
        ]
        for name, text in (("zh", zh), ("en", en))
    }
    if any(against.values()):
        raise Refused({name: list(texts) for name, texts in against.items() if texts})
    newest = OutreachScript.objects.filter(code=code).order_by("-version").first()
    row = OutreachScript(code=code, version=newest.version + 1 if newest else 1, zh=zh, en=en, note=note)
    row.author = team.current_user()
    row.save()
    return row
