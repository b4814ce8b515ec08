"""Context of the form that logs a contact, on the client page and next to the list."""

from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.schema import custom_fields
from dakehu.interfaces.web import forms

# Questions of the composer in addition to the text: shown first, and under "more".
AT_ONCE = ("held_at", "channel", "purpose", "next_on", "next_subject")
QUICK = ("channel", "next_on")  # next to the list
ENDS = ("fulfils", "keeps_promises")  # open work that this contact ends
MORE = ("result", "closes_requests", "mood", "promise", "promise_due_on", "staff")


def prepare_composer(client: Any) -> dict[str, Any]:
    """Return the short form next to the list: text, channel, work that it ends and next contact; the time is now."""
    action = ACTIONS["service.log_interaction"]
    begin = forms.starting_values(action)
    here = (*QUICK, *(parameter.name for parameter in action.parameters if is_custom(parameter) and parameter.required))
    others = [parameter.name for parameter in action.parameters if parameter.name not in ("summary", *ENDS, *here)]
    asked = {question.name: question for question in forms.questions(action, begin, leave_out=others, client=client)}
    return {
        "compose": action,
        "text": asked["summary"],
        "ends": [asked[name] for name in ENDS if name in asked],
        "at_once": [asked[name] for name in here],
        "held_at": begin["held_at"],
    }


# How a contact processes a line of today's list: the action, its text, and the parameter that names the line.
WORKED_BY = {"moment": ("service.work_moment", "note", "moment")}
LOGGED = ("service.log_interaction", "summary", "")
ENDED_BY = {"follow_up": "fulfils", "promise": "keeps_promises"}  # the parameter by which a contact ends a line


def contact_form(client: Any, detail: dict[str, Any]) -> dict[str, Any]:
    """Return the form that logs a contact and ends one line of today's list with it; {} where the reader may not."""
    line = detail["line"]
    name, text, names_line = WORKED_BY.get(line["what"], LOGGED)
    action = ACTIONS[name]
    if not current_actor().may(action.needs):
        return {}
    begin = {**forms.starting_values(action), "channel": "call"}
    others = [parameter.name for parameter in action.parameters if parameter.name not in (text, *QUICK)]
    asked = {question.name: question for question in forms.questions(action, begin, leave_out=others, client=client)}
    return {
        "compose": action,
        "text": asked[text],
        "course": detail.get("note", ""),
        "purpose": detail.get("purpose", ""),
        "at_once": [asked[name] for name in QUICK],
        "held_at": begin["held_at"],
        "names_line": names_line,
        "ended_by": ENDED_BY.get(line["what"], ""),
    }


def composer(client: Any, given: dict[str, Any], faults: dict[str, list[Any]] | None) -> dict[str, Any]:
    """Return the card that logs a contact and plans the next one."""
    action = ACTIONS["service.log_interaction"]
    values = {
        **forms.starting_values(action),
        **{k: v for k, v in given.items() if k in {t.name for t in action.parameters}},
    }
    asked = {question.name: question for question in forms.questions(action, values, faults, client=client)}
    added = [
        (parameter.name, parameter.required)
        for parameter in action.parameters
        if is_custom(parameter) and parameter.name in asked
    ]
    at_once = (*AT_ONCE, *(name for name, required in added if required))
    more = (*MORE, *(name for name, required in added if not required))
    loose = [str(t) for name, texts in (faults or {}).items() if name not in asked for t in texts]
    return {
        "compose": action,
        "text": asked["summary"],
        "ends": [asked[name] for name in ENDS if name in asked],
        "at_once": [asked[name] for name in at_once],
        "more": [asked[name] for name in more if name in asked],
        "loose": loose,
        "client": client,
        "more_open": any(asked[name].error for name in more if name in asked),
    }


def is_custom(parameter: Any) -> bool:
    return parameter.name in custom_fields.custom_field_names(parameter.model) if parameter.model else False
