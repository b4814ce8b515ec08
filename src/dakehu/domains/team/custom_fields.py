"""Fields that administrators add: the verbs and the question. What a definition does stands in foundation.customs."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Max

from dakehu.domains.team.permissions import Permission
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.gates import query, render_rows
from dakehu.foundation.gates.input import spec_behind
from dakehu.foundation.records.custom_field import CustomField, Host
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import FieldSpec, normalize_name
from dakehu.foundation.schema.parameters import CustomFields, Fields, Parameter, parameters_of

FIELD = Parameter("field", "foundation.CustomField", spec=FieldSpec("字段", "Field"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
ROLES = custom_fields.MultipleChoice(RoleName)
EDITORS = (
    Parameter(
        "options",
        required=False,
        spec=FieldSpec(
            "可选值",
            "List values",
            example="上午 | Morning",
            help_zh="仅用于单选、多选：每行一个，格式为“中文 | English”",
            help_en="For lists only: one a line, as “中文 | English”",
        ),
    ),
    Parameter(
        "aliases",
        required=False,
        spec=FieldSpec(
            "别名",
            "Other headings",
            help_zh="导入时也认得的表头，用逗号分开",
            help_en="Headings that an import knows too, with commas between",
        ),
    ),
    Parameter(
        "seen_by",
        required=False,
        choice_set=ROLES,
        spec=FieldSpec("可见角色", "Seen by", help_zh="不选即所有角色可见", help_en="None chosen: every role"),
    ),
    Parameter(
        "edited_by",
        required=False,
        choice_set=ROLES,
        spec=FieldSpec(
            "可编辑角色",
            "Edited by",
            help_zh="不选即所有可修改这类资料的角色",
            help_en="None chosen: every role that may change such rows",
        ),
    ),
)
PRESENTATION = ("required", "listed", "help_zh", "help_en", "position")
MOST_OPTIONS = 200


def options_of(text: str, known: list[list[str]]) -> list[list[str]]:
    """[[code, zh, en]] from lines such as `上午 | Morning`. A value that is there already keeps its code, under either of
    its names. A name may hold commas and slashes. Raises Refused for an empty list, names given twice, and a name that reads
    like several others one after the other."""
    codes = {normalize_name(name): code for code, *both in known for name in both}
    used, made, seen = {code for code, *_ in known}, [], set()
    for line in re.split(r"[\n；;]+", text):
        if not line.strip():
            continue
        zh, _, en = (part.strip() for part in re.sub("[｜]", "|", line).partition("|"))
        en = en or zh
        code = codes.get(normalize_name(zh)) or codes.get(normalize_name(en)) or _code(en, used)
        if code in seen or {normalize_name(zh), normalize_name(en)} & {
            normalize_name(n) for one in made for n in one[1:]
        }:
            raise refusal("options", "“{line}”出现了两次。", "“{line}” is given twice.", line=line.strip()[:60])
        seen.add(code)
        used.add(code)
        made.append([code, zh, en])
    if not made:
        raise refusal("options", "请至少给出一个可选值。", "Give at least one list value.")
    if len(made) > MOST_OPTIONS:
        raise refusal("options", "最多 {n} 个可选值。", "At most {n} list values.", n=MOST_OPTIONS)
    names = {normalize_name(name) for one in made for name in one[1:]}
    for name in (name for one in made for name in one[1:]):
        pieces = [name[begin:end] for begin, end in custom_fields.split_options(name)]
        if len(pieces) > 1 and all(normalize_name(piece) in names for piece in pieces):
            raise refusal(
                "options",
                "“{name}”会被读成其他几个可选值，请换一种写法。",
                "“{name}” reads like several other list values; word it differently.",
                name=name[:60],
            )
    return made


def _code(english: str, used: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", english.casefold()).strip("_")[:20] or "v"
    number, made = 2, stem
    while made in used:
        number, made = number + 1, f"{stem}_{number}"
    return made


def set_values(row: Any, given: dict[str, Any]) -> None:
    """Set what was given on a definition and have it taken up here at once; elsewhere, at the next request."""
    for name, value in given.items():
        if name == "options":
            row.options = options_of(str(value or ""), row.options) if row.kind in ("one", "several") else []
        elif name == "aliases":
            row.aliases = [part.strip() for part in re.split("[,，、;；]+", str(value or "")) if part.strip()][:20]
        else:
            empty = row._meta.get_field(name).get_default()
            setattr(row, name, empty if value is None else value)
    if row.kind in ("one", "several") and not row.options:
        raise refusal("options", "请至少给出一个可选值。", "Give at least one list value.")
    if row.sensitivity == "secret" and row.kind not in ("text", "long"):
        raise refusal(
            "sensitivity",
            "机密字段只能是文本或长文本，请改类型或敏感级别。",
            "A secret field is text or long text; choose another kind or sensitivity.",
        )
    if row.sensitivity == "secret" and row.model != Host.CLIENT:
        raise refusal(
            "sensitivity",
            "机密字段只能加在客户上，请改所属或敏感级别。",
            "A secret field belongs to clients only; choose another table or sensitivity.",
        )
    if not row.zh or not row.en:
        raise refusal("zh" if not row.zh else "en", "不能为空。", "Cannot be empty.")
    said = (row.zh, row.en, *row.aliases)
    taken = (
        ""
        if row.archived
        else custom_fields.find_name_conflict(str(row.model), *said, own=row.name) or _conflicting_name(row, said)
    )
    if taken:
        raise refusal(
            "zh" if taken == row.zh else "en" if taken == row.en else "aliases",
            "“{name}”已是另一个字段的名称，请换一个。",
            "“{name}” names another field already; choose another.",
            name=taken,
        )
    row.save()
    custom_fields.load()


def _conflicting_name(row: Any, said: Iterable[str]) -> str:
    """The first of these names by which a form or sheet of the table asks for something else, such as the phone of a new
    client; "" where none does."""
    of_the_table = (one for one in ACTIONS.values() if any(definitions_of(item) == row.model for item in one.declared))
    asked = (parameter for one in of_the_table for parameter in one.parameters if parameter.name != row.name)
    used = {
        normalize_name(text) for parameter in asked for text in (parameter.name, *spec_behind(parameter).spellings())
    }
    return next((text for text in said if normalize_name(text) in used), "")


def definitions_of(item: Parameter | CustomFields | Fields) -> str:
    """The model whose custom fields stand here among what an action takes; "" for a parameter."""
    return item.model if isinstance(item, (CustomFields, Fields)) else ""


@action(
    "fields.add",
    needs=Permission.SYSTEM_WRITE,
    zh="新增自定义字段",
    en="Add a field",
    parameters=(
        parameters_of("foundation.CustomField", "zh", "en", "kind", optional=("model", "sensitivity")),
        EDITORS,
        parameters_of("foundation.CustomField", optional=PRESENTATION),
    ),
)
def add(*, zh: str, en: str, kind: str, model: str | None = None, sensitivity: str | None = None, **more: Any) -> Any:
    """A field of its own kind on a table. It is in every form, list, workbook, import and the API from the next request on."""
    row = CustomField(model=model or Host.CLIENT.value, zh=zh, en=en, kind=kind, sensitivity=sensitivity or "public")
    used = set(CustomField.objects.filter(model=row.model).values_list("name", flat=True))
    row.name = custom_fields.free_name(en, used)
    if more.get("position") is None:
        more["position"] = (CustomField.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    set_values(row, more)
    return row


@action(
    "fields.change",
    needs=Permission.SYSTEM_WRITE,
    zh="修改自定义字段",
    en="Change a field",
    parameters=(
        FIELD,
        VERSION,
        parameters_of("foundation.CustomField", optional=("zh", "en")),
        EDITORS,
        parameters_of("foundation.CustomField", optional=PRESENTATION),
    ),
)
def change(*, field: Any, version: int | None = None, **given: Any) -> Any:
    """Change a field's names, list, roles, help or place. Its kind and sensitivity stay, because values are stored by them:
    archive it and add another."""
    check_version(field, version)
    if given.get("options") is not None and field.options:
        kept = {code for code, *_ in options_of(str(given["options"]), field.options)}
        gone = [zh for code, zh, _ in field.options if code not in kept and _in_use(field, code)]
        if gone:
            raise refusal(
                "options",
                "“{name}”仍在使用，不能去掉；请先修改那些记录。",
                "“{name}” is still in use; change those rows first.",
                name=gone[0],
            )
    set_values(field, given)
    return field


def _in_use(field: Any, code: str) -> bool:
    from dakehu.foundation.schema.fields import model_of

    with elevated("whether a list value is in use"):
        values = model_of(field.model).objects.filter(**{f"extra__{field.name}__icontains": code})
        return any(
            code in str(row.extra[field.name]).split(",") for row in values.only("extra").iterator(chunk_size=500)
        )


@action(
    "fields.archive",
    needs=Permission.SYSTEM_WRITE,
    zh="停用或恢复自定义字段",
    en="Archive or restore a field",
    parameters=(FIELD, VERSION, parameters_of("foundation.CustomField", optional=("archived",))),
)
def archive(*, field: Any, version: int | None = None, archived: bool | None = None) -> Any:
    """Take a field out of every place; its values stay and come back with it (`archived` no)."""
    check_version(field, version)
    set_values(field, {"archived": archived is None or archived})
    return field


@query("fields.custom", needs=Permission.SYSTEM_READ, zh="自定义字段", en="Fields added")
def custom_field_list() -> list[dict[str, Any]]:
    """Every definition, archived ones too: what is described of it, its list and its roles."""
    rows = list(CustomField.objects.order_by("archived", "position", "pk"))
    return [
        {**shown, "options": row.options, "aliases": row.aliases, "seen_by": row.seen_by, "edited_by": row.edited_by}
        for shown, row in zip(render_rows(rows), rows, strict=True)
    ]
