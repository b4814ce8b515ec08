"""Migration states rendered in place equal those that Django renders in full."""

from contextlib import nullcontext

import pytest
from django.db import migrations, models
from django.db.migrations.state import ProjectState

from dakehu.foundation.database.migration_state import rendered_in_place

ID = ("id", models.BigAutoField(primary_key=True))
OPERATIONS = [
    migrations.CreateModel("Firm", [ID, ("name", models.CharField(max_length=9))]),
    migrations.CreateModel("Person", [ID, ("firm", models.ForeignKey("trial.Firm", models.CASCADE))]),
    migrations.AddIndex("Firm", models.Index(fields=["name"], name="by_name")),
    migrations.AddConstraint("Person", models.UniqueConstraint(fields=["firm"], name="one_each")),
    migrations.CreateModel("Call", [ID, ("person", models.ForeignKey("trial.Person", models.CASCADE))]),
    migrations.AddField("Call", "other", models.ForeignKey("trial.Firm", models.CASCADE, null=True)),
    migrations.AlterField("Firm", "name", models.CharField(max_length=30)),
    migrations.RemoveIndex("Firm", "by_name"),
]


def seen(state):
    """Return fields, relations, indexes and constraints of the models of a state."""
    return {
        model.__name__: (
            sorted((one.name, one.related_model.__name__) for one in model._meta.related_objects),
            sorted(
                (field.name, getattr(field.remote_field, "model", None).__name__)
                for field in model._meta.fields
                if field.remote_field
            ),
            [one.name for one in model._meta.indexes],
            [one.name for one in model._meta.constraints],
            all(
                field.remote_field.model is state.apps.get_model("trial", field.remote_field.model.__name__)
                for field in model._meta.fields
                if field.remote_field
            ),
        )
        for model in state.apps.get_models()
    }


def after_each(around):
    """Return `seen` after each operation, applied to a state that was rendered at the start."""
    state, found = ProjectState(), []
    assert state.apps.get_models() == []
    with around:
        for operation in OPERATIONS:
            operation.state_forwards("trial", state)
            found.append(seen(state))
    return found


def test_every_step_looks_as_if_all_had_been_rendered_anew():
    plain = after_each(nullcontext())
    assert after_each(rendered_in_place()) == plain
    assert plain[-1]["Firm"][0] == [("call", "Call"), ("person", "Person")]


def test_django_renders_its_own_way_again_afterwards():
    before = ProjectState.add_model
    with pytest.raises(RuntimeError), rendered_in_place():
        raise RuntimeError
    assert ProjectState.add_model is before
