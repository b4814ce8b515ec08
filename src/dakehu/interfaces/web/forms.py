"""One form for every action: its questions follow from the action's parameters and the facts of their fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from dakehu.domains.clients import duties
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.actions.registry import Action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES
from dakehu.foundation.gates.input import field_behind, spec_behind
from dakehu.foundation.gates.output import kind_of
from dakehu.foundation.schema.fields import applies, may, model_of
from dakehu.foundation.schema.parameters import Parameter

KINDS = {
    "choice": "select",
    "key": "select",
    "long": "textarea",
    "date": "date",
    "datetime": "datetime-local",
    "bool": "checkbox",
    "number": "number",
    "integer": "number",
    "ids": "checks",
}
WIDE = ("summary", "detail", "remark", "result", "outcome", "likes", "taboos", "address", "reason", "goal", "subject")
PEOPLE, COVERAGE = "team.User", "clients.Coverage"
TYPED = "clients.Client"  # too many to choose from: named by code or name


@dataclass
class Question:
    """One question as rendered by `{% field %}`."""

    name: str
    label: str
    kind: str = "text"
    value: Any = ""
    choices: list[tuple[str, str]] = field(default_factory=list)
    help: str = ""
    error: list[str] = field(default_factory=list)
    unit: str = ""
    required: bool = False
    wide: bool = False
    placeholder: str = ""
    suggestions: list[tuple[str, str]] = field(default_factory=list)  # values offered for one click, with labels
    applies_to: tuple[str, ...] = ()  # values of the question `applies_by` for which it applies
    applies_by: str = ""
    hidden: bool = False  # it does not apply and has no value that would be hidden
    secret: bool = False  # the value is not shown, so a form cannot state what it was


def kind_behind(parameter: Parameter) -> str:
    """Return the kind of a parameter, as named by `present`: choice, key, date, money, sealed, …"""
    behind = field_behind(parameter)
    if behind is not None:
        return kind_of(behind)
    if parameter.choice_set is not None:
        return "choice"
    return "key" if parameter.model else parameter.kind


def may_be_empty(parameter: Parameter) -> bool:
    behind = field_behind(parameter)
    return not parameter.required and (behind is None or behind.blank or behind.null)


def questions(
    action: Action,
    values: Mapping[str, Any],
    errors: Mapping[str, list[Any]] | None = None,
    leave_out: Iterable[str] = (),
    client: Any = None,
) -> list[Question]:
    """Return the questions of an action with present `values` (plain, as `present` gives them) and their errors.

    A choice among rows of `client` is left out where there are none.
    """
    faults = errors or {}
    asked = [
        question(parameter, values.get(parameter.name), faults.get(parameter.name, []))
        for parameter in action.parameters
        if parameter.name not in leave_out
        and kind_behind(parameter) != "json"
        and may(spec_behind(parameter).edited_by)
        and current_actor().may(parameter.needs)
    ]
    _hide_inapplicable(action, {one.name: one for one in asked})
    _add_choices(action, {one.name: one for one in asked}, values, client)
    return [one for one in asked if one.kind != "checks" or one.choices]


def _hide_inapplicable(action: Action, asked: dict[str, Question]) -> None:
    """Hide the empty questions that do not apply to the kind of row; they appear when another kind is chosen."""
    for parameter in action.parameters:
        one, spec = asked.get(parameter.name), spec_behind(parameter)
        if one is None or not spec.applies_to or not parameter.model:
            continue
        model = model_of(parameter.model)
        one.applies_to, one.applies_by = tuple(str(value) for value in spec.applies_to), model.applies_by
        kind = asked[model.applies_by].value if model.applies_by in asked else ""
        one.hidden = one.value in ("", None) and not one.error and not applies(model, spec, kind)


def _add_choices(action: Action, asked: dict[str, Question], values: Mapping[str, Any], client: Any) -> None:
    """Add the choices and suggestions that parameters take from a query, of the client or of all; each query is called once."""
    offered: dict[str, Any] = {}
    for parameter in action.parameters:
        source, one = parameter.choices_from, asked.get(parameter.name)
        if not source or one is None or not current_actor().may(QUERIES[source].needs):
            continue
        takes_client = any(known.name == "client" for known in QUERIES[source].parameters)
        if takes_client and client is None:
            continue
        if source not in offered:
            offered[source] = QUERIES[source].body(**({"client": client} if takes_client else {}))
        if parameter.kind == "ids":
            rows = offered[source][parameter.name]
            one.choices = [(str(row["id"]), row["label"]) for row in rows]
            if values.get(parameter.name) is None:
                one.value = ",".join(str(row["id"]) for row in rows if row["chosen"])
        else:
            one.suggestions = [(row["value"], row["label"]) for row in offered[source]]


def question(parameter: Parameter, value: Any, errors: list[Any]) -> Question:
    facts, kind = spec_behind(parameter), kind_behind(parameter)
    behind = field_behind(parameter)
    if value is None and behind is not None and behind.has_default():
        value = behind.get_default()
    made = Question(
        parameter.name,
        facts.label,
        KINDS.get(kind, "text"),
        as_typed(value, kind),
        help=facts.help,
        error=[str(text) for text in errors],
        required=parameter.required,
        wide=parameter.name in WIDE or kind in ("long", "ids"),
        placeholder=facts.example,
    )
    made.unit = facts.unit if kind == "money" else ""
    if kind == "choice":
        words = parameter.choice_set or behind.choice_set  # type: ignore[union-attr]
        made.choices = [(member.value, member.text) for member in words]
        made.kind = "checks" if hasattr(words, "many") else made.kind
    elif kind == "key" and target_of(parameter) == TYPED:
        made.kind = "text"
    elif kind == "key":
        made.choices = rows_to_choose(parameter)
    if kind == "sealed":
        made.secret = True
        made.value, made.placeholder = "", str(value or facts.example)
        made.help = (
            made.help or str(bilingual("留空则不改动", "Leave empty to keep it as it is")) if value else made.help
        )
    if made.kind == "select" and (may_be_empty(parameter) or value in (None, "")):
        made.choices = [("", str(bilingual("—", "—"))), *made.choices]
    is_secret = behind is None and facts.sensitivity == SECRET
    if is_secret or "password" in parameter.name or parameter.name == "current":
        made.kind, made.value, made.secret = "password", "", True
    if parameter.name == "reason":
        made.kind = "textarea"
    return made


def target_of(parameter: Parameter) -> str:
    """Return the label of the model whose rows a parameter names."""
    behind = field_behind(parameter)
    return str(behind.remote_field.model._meta.label if behind is not None else parameter.model)


def rows_to_choose(parameter: Parameter) -> list[tuple[str, str]]:
    label = target_of(parameter)
    if label == PEOPLE:
        return _people(parameter)
    if label == "team.Branch":
        return [(str(row.pk), row.name) for row in team.branches()]
    if label == "team.Team":
        return [(str(row.pk), row.name) for row in team.teams()]
    model = model_of(label)
    return [(str(row.pk), row.choice_label) for row in model.objects.all()] if model.is_chosen_from_list else []


def _people(parameter: Parameter) -> list[tuple[str, str]]:
    """Return the active colleagues; for a client those to whom the actor may assign it."""
    behind = field_behind(parameter)
    is_for_client = behind is not None and behind.model._meta.label == COVERAGE
    people = duties.people_to_appoint() if is_for_client else team.users_to_choose()
    return [(str(pk), name) for pk, name in people]


def as_typed(value: Any, kind: str) -> Any:
    """Return a plain value as a user would type it."""
    if isinstance(value, dict) and "id" in value:
        return value["id"]
    if value in (None, ""):
        return ""
    if kind == "datetime":
        return str(value)[:16]
    if kind == "rate":
        return f"{float(value) * 100:g}%" if _is_number(value) else value
    if kind == "money" and _is_number(value):
        return f"{float(value):.2f}".removesuffix(".00")
    return value


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def answers(action: Action, posted: QueryDict, *, changing: bool) -> dict[str, Any]:
    """Return the posted values, ready for `perform`. Empty answers are left out, unless a row is being changed and the
    field may be emptied; an unticked box is False if the form lists it as shown (`shown`)."""
    raw: dict[str, Any] = {}
    shown = set(posted.getlist("shown"))
    for parameter in action.parameters:
        kind = kind_behind(parameter)
        if kind == "bool" and parameter.name in shown:
            raw[parameter.name] = parameter.name in posted
        elif parameter.name in posted or (parameter.name in shown and changing):
            value = (
                ",".join(posted.getlist(parameter.name)).strip()
                if parameter.name in shown
                else str(posted[parameter.name]).strip()
            )
            empties = changing and may_be_empty(parameter) and kind != "sealed" and parameter.name != "version"
            if value or empties or parameter.required:
                # A chosen row is passed by its id, so that another row's name cannot match it.
                raw[parameter.name] = (
                    int(value) if kind == "key" and value.isdigit() and target_of(parameter) != TYPED else value
                )
    return raw


def posted_values(posted: QueryDict) -> dict[str, str]:
    """Return the posted values, to be shown again: ticked boxes as one text with commas, "" for an unticked shown box."""
    shown = set(posted.getlist("shown"))
    return {
        **dict(posted.items()),
        **{name: ",".join(posted.getlist(name)) for name in shown},
    }


def starting_values(action: Action) -> dict[str, Any]:
    """Return the initial values of a new form: now, today, the present user."""
    begin: dict[str, Any] = {"held_at": clock.local(clock.now()).isoformat()}
    if action.name == "service.log_interaction":
        begin["channel"] = "call"  # the most common channel
    if action.name == "service.open_request":
        begin["opened_on"] = clock.today().isoformat()
    if action.name in ("service.log_interaction", "service.plan_follow_up", "service.open_request", "clients.create"):
        me = current_actor().user_id
        begin |= {"staff": {"id": me}, "owner": {"id": me}} if me else {}
    return begin
