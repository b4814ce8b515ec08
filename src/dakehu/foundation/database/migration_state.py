"""Render the state of migrations in place, so that a new desk is set up in seconds.

For each operation Django re-renders every model related to a changed one, and here nearly all are related to clients
and staff: the time grows with the square of the number of tables. Two kinds of operation do not need it. A new table
changes other models only by reverse relations, which its registration sets. An index or a constraint is an entry in
the options of one model. All others are handled by Django.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

IN_PLACE = ("indexes", "constraints")


@contextmanager
def rendered_in_place() -> Iterator[None]:
    """Make migrations inside the block render only new models."""
    kept = {name: getattr(ProjectState, name) for name in ("add_model", "_append_option", "_remove_option")}
    ProjectState.add_model = _add_model  # type: ignore[method-assign]
    ProjectState._append_option = _append_option  # type: ignore[attr-defined]
    ProjectState._remove_option = _remove_option  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for name, method in kept.items():
            setattr(ProjectState, name, method)


def _add_model(self: Any, model_state: Any) -> None:
    """Replacement of ProjectState.add_model: renders only the new model."""
    key = model_state.app_label, model_state.name_lower
    self.models[key] = model_state
    if self._relations is not None:
        self.resolve_model_relations(key)
    if "apps" in self.__dict__:
        self.apps.render_multiple([model_state])


def _append_option(self: Any, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    """Replacement of ProjectState._append_option: sets the option on the rendered model."""
    state = self.models[app_label, model_name]
    _set_option(self, state, option_name, [*state.options[option_name], obj])


def _remove_option(self: Any, app_label: str, model_name: str, option_name: str, obj_name: str) -> None:
    """Replacement of ProjectState._remove_option: sets the option on the rendered model."""
    state = self.models[app_label, model_name]
    _set_option(self, state, option_name, [one for one in state.options[option_name] if one.name != obj_name])


def _set_option(project: Any, state: Any, option_name: str, values: list[Any]) -> None:
    """Set indexes or constraints of a model in its state and, where it is rendered, in its options."""
    if option_name not in IN_PLACE:
        raise ValueError(f"option {option_name} of {state.name} is not set in place")
    state.options[option_name] = values
    if "apps" in project.__dict__:
        meta = project.apps.get_model(state.app_label, state.name_lower)._meta
        setattr(meta, option_name, list(values))
        meta.original_attrs[option_name] = values
