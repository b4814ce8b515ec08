"""Actions and query of custom fields. The logic is in foundation.schema.custom_fields."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Max

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import query, render_rows
from dakehu.foundation.gates.input import spec_behind
from dakehu.foundation.records.custom_field import CustomField
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


def options_of(text: str, existing: list[list[str]]) -> list[list[str]]:
    """Parse list values from lines such as `上午 | Morning` into [[code, zh, en]].

    An existing value, found by either of its names, keeps its code. A name may contain commas and slashes. Raises
    Refused for an empty list, repeated names, and a name that equals several others in sequence.
    """
    codes = {normalize_name(name): code for code, *names in existing for name in names}
    used, options, codes_seen = {code for code, *_ in existing}, [], set()
    for line in re.split(r"[\n；;]+", text):
        if not line.strip():
            continue
        zh, _, en = (part.strip() for part in re.sub("[｜]", "|", line).partition("|"))
        en = en or zh
        code = codes.get(normalize_name(zh)) or codes.get(normalize_name(en)) or _code(en, used)
        if code in codes_seen or {normalize_name(zh), normalize_name(en)} & {
            normalize_name(name) for option in options for name in option[1:]
        }:
            raise refusal("options", "“{line}”出现了两次。", "“{line}” is given twice.", line=line.strip()[:60])
        codes_seen.add(code)
        used.add(code)
        options.append([code, zh, en])
    if not options:
        raise refusal("options", "请至少给出一个可选值。", "Give at least one list value.")
    if len(options) > MOST_OPTIONS:
        raise refusal("options", "最多 {n} 个可选值。", "At most {n} list values.", n=MOST_OPTIONS)
    names = {normalize_name(name) for option in options for name in option[1:]}
    for name in (name for option in options for name in option[1:]):
        pieces = [name[begin:end] for begin, end in custom_fields.split_options(name)]
        if len(pieces) > 1 and all(normalize_name(piece) in names for piece in pieces):
            raise refusal(
                "options",
                "“{name}”会被读成其他几个可选值，请换一种写法。",
                "“{name}” reads like several other list values; word it differently.",
                name=name[:60],
            )
    return options


def _code(name: str, used: set[str]) -> str:
    """Return an unused code made from an English name."""
    stem = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:20] or "v"
    number, code = 2, stem
    while code in used:
        number, code = number + 1, f"{stem}_{number}"
    return code


def set_values(row: Any, values: dict[str, Any]) -> None:
    """Set values on a field definition, save it and reload the definitions.

    Other processes reload at their next request. Raises Refused for contradictory values and for names already in use.
    """
    for name, value in values.items():
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
    if row.sensitivity == "secret" and row.model != scope.client_model()._meta.label:
        raise refusal(
            "sensitivity",
            "机密字段只能加在客户上，请改所属或敏感级别。",
            "A secret field belongs to clients only; choose another table or sensitivity.",
        )
    if not row.zh or not row.en:
        raise refusal("zh" if not row.zh else "en", "不能为空。", "Cannot be empty.")
    spellings = (row.zh, row.en, *row.aliases)
    conflict = (
        ""
        if row.archived
        else custom_fields.find_name_conflict(str(row.model), *spellings, own=row.name)
        or _conflicting_name(row, spellings)
    )
    if conflict:
        raise refusal(
            "zh" if conflict == row.zh else "en" if conflict == row.en else "aliases",
            "“{name}”已是另一个字段的名称，请换一个。",
            "“{name}” names another field already; choose another.",
            name=conflict,
        )
    row.save()
    custom_fields.load()


def _conflicting_name(row: Any, spellings: Iterable[str]) -> str:
    """Return the first name already used in a form or worksheet of the table, "" if none is."""
    table_actions = (
        entry for entry in ACTIONS.values() if any(definitions_of(item) == row.model for item in entry.declared)
    )
    parameters = (parameter for entry in table_actions for parameter in entry.parameters if parameter.name != row.name)
    used = {
        normalize_name(text)
        for parameter in parameters
        for text in (parameter.name, *spec_behind(parameter).spellings())
    }
    return next((text for text in spellings if normalize_name(text) in used), "")


def definitions_of(item: Parameter | CustomFields | Fields) -> str:
    """Return the model whose custom fields are among an action's parameters here; "" for an ordinary parameter."""
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
    irreversible=bilingual(
        "字段新增后不能撤销，只能停用；已填写的内容会保留。",
        "A field cannot be removed again, only archived; what was filled in stays.",
    ),
)
def add(*, zh: str, en: str, kind: str, model: str | None = None, sensitivity: str | None = None, **values: Any) -> Any:
    """Add a custom field; from the next request on it is in every form, list, workbook and the API."""
    row = CustomField(
        model=model or scope.client_model()._meta.label, zh=zh, en=en, kind=kind, sensitivity=sensitivity or "public"
    )
    used = set(CustomField.objects.filter(model=row.model).values_list("name", flat=True))
    row.name = custom_fields.free_name(en, used)
    if values.get("position") is None:
        values["position"] = (CustomField.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    set_values(row, values)
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
    irreversible=bilingual(
        "字段的修改不能一键撤销；如有误，请再改一次。",
        "Changes of a field cannot be undone at a press; to correct one, change it again.",
    ),
)
def change(*, field: Any, version: int | None = None, **values: Any) -> Any:
    """Change names, list values, roles, help or position of a custom field.

    Kind and sensitivity cannot change, because values are stored by them: archive the field and add a new one.
    """
    check_version(field, version)
    if values.get("options") is not None and field.options:
        codes = {code for code, *_ in options_of(str(values["options"]), field.options)}
        removed = [zh for code, zh, _ in field.options if code not in codes and _in_use(field, code)]
        if removed:
            raise refusal(
                "options",
                "“{name}”仍在使用，不能去掉；请先修改那些记录。",
                "“{name}” is still in use; change those rows first.",
                name=removed[0],
            )
    set_values(field, values)
    return field


def _in_use(field: Any, code: str) -> bool:
    """Return whether a list value is used in any row."""
    from dakehu.foundation.schema.fields import model_of

    with elevated("use of a list value"):
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
    irreversible=bilingual(
        "停用的字段随时可以恢复，内容不会丢失。",
        "An archived field can be restored at any time; nothing it holds is lost.",
    ),
)
def archive(*, field: Any, version: int | None = None, archived: bool | None = None) -> Any:
    """Hide a field everywhere, or restore it (`archived` no); its values are kept."""
    check_version(field, version)
    set_values(field, {"archived": archived is None or archived})
    return field


@query("fields.custom", needs=Permission.SYSTEM_READ, zh="自定义字段", en="Custom fields")
def custom_field_list() -> list[dict[str, Any]]:
    """Return every field definition, archived ones included, with list values and roles."""
    rows = list(CustomField.objects.order_by("archived", "position", "pk"))
    return [
        {**rendered, "options": row.options, "aliases": row.aliases, "seen_by": row.seen_by, "edited_by": row.edited_by}
        for rendered, row in zip(render_rows(rows), rows, strict=True)
    ]
