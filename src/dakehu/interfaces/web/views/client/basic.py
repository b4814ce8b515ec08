"""The tab of basic data: fields that apply to this kind of client or have a value, in the groups of the model."""

from typing import Any

from django.http import HttpRequest

from dakehu.domains.clients import duties
from dakehu.domains.clients import queries as clients
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.gates import columns_of, render_rows
from dakehu.foundation.gates.input import spec_behind
from dakehu.foundation.schema.fields import applies, grouped_fields, may
from dakehu.interfaces.web.views.client.value_text import spec_of

CHANGE = "clients.change"


def tab_basic(request: HttpRequest, client: Any) -> dict[str, Any]:
    """Return the groups of facts, each with the field it edits, and the lists next to them; contacts are in the head."""
    return {
        "groups": groups_of(client),
        "consents": render_rows(clients.consents(client=client), shown=True),
        "coverage": duties.service_team(client=client),
        "key_dates": render_rows(clients.key_dates(client=client), shown=True),
    }


def groups_of(client: Any) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Return [(title, facts)]; a fact has `edits`, the field that is edited in place, "" for none."""
    kind = getattr(client, client.applies_by)
    specs = {column.name: column.spec for column in columns_of(type(client))}
    editable = _editable()
    shown_by = {spec.shown_by: name for name, spec in specs.items() if spec.shown_by}
    made = []
    for group, names in grouped_fields(type(client)):
        facts = spec_of(client, tuple(name for name in names if not specs[name].shown_by), empty=True)
        kept = [
            {**fact, "edits": _edited_field(fact["name"], client, shown_by, editable)}
            for fact in facts
            if fact["text"] not in ("", None) or applies(type(client), specs[fact["name"]], kind)
        ]
        if kept:
            made.append((client.field_groups[group], kept))
    return made


def _editable() -> set[str]:
    """Return the fields that the reader may change."""
    action = ACTIONS[CHANGE]
    if not current_actor().may(action.needs):
        return set()
    fields = {one.name: one for one in action.parameters if one.field and one.name != "client"}
    return {name for name, parameter in fields.items() if may(spec_behind(parameter).edited_by)}


def _edited_field(name: str, client: Any, shown_by: dict[str, str], editable: set[str]) -> str:
    """Return the field that is edited for a fact: its own, or the one that it shows.

    A value computed from another field (the age if the birth date is known) is not edited.
    """
    edits = shown_by.get(name, name)
    worked_out = name in shown_by and getattr(client, edits) is None and getattr(client, "birth_on", None) is not None
    return edits if edits in editable and not worked_out else ""
