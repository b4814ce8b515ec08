"""Render the state of migrations in place, so that a new desk is prepared in seconds.

Django renders every model that hangs on a changed one again for each operation, and here nearly all hang on clients and
staff: the time grows with the square of the number of tables. Two kinds of operation need none of it. A new table changes no
other model but by its reverse relations, which registering it sets. An index or a constraint is an entry in the options of
one model. All others go Django's way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

IN_PLACE = ("indexes", "constraints")


@contextmanager
def rendered_in_place() -> Iterator[None]:
    """Let migrations inside the block render only the models that are new."""
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
    """Stands for ProjectState.add_model: the model is rendered, nothing else again."""
    key = model_state.app_label, model_state.name_lower
    self.models[key] = model_state
    if self._relations is not None:
        self.resolve_model_relations(key)
    if "apps" in self.__dict__:
        self.apps.render_multiple([model_state])


def _append_option(self: Any, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    """Stands for ProjectState._append_option: the option is set on the rendered model."""
    state = self.models[app_label, model_name]
    _set_option(self, state, option_name, [*state.options[option_name], obj])


def _remove_option(self: Any, app_label: str, model_name: str, option_name: str, obj_name: str) -> None:
    """Stands for ProjectState._remove_option: the option is set on the rendered model."""
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
