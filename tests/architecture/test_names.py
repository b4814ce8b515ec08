"""Every table is named once, on its model, in both languages; texts about its rows use that name."""

import re

import pytest
from django.apps import apps

from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.names import name_of_table

HAN = re.compile(r"[\u4e00-\u9fff]")
MODELS = [model for model in apps.get_models() if model.__module__.startswith("dakehu.")]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_declares_its_name_in_both_languages(model):
    assert "names" in vars(model), "declare `names = Names(zh, en, en_plural)` on the model"
    assert HAN.search(model.names.zh)
    assert model.names.en and not HAN.search(model.names.en)
    assert model.names.en_plural and not HAN.search(model.names.en_plural)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_models_go_by_the_same_name(language):
    names = [name_of_table(model._meta.label).in_(language) for model in MODELS]
    assert sorted(names) == sorted(set(names))


def test_a_label_that_is_no_model_any_more_is_shown_by_its_class_name():
    assert name_of_table("clients.Forgotten").in_("zh") == "Forgotten"


def test_custom_fields_belong_to_the_models_that_have_a_column_for_them():
    with_store = {m._meta.label for m in MODELS if custom_fields.STORE in {f.name for f in m._meta.concrete_fields}}
    assert set(custom_fields.host_models()) == with_store
    assert {str(member.value): member.zh for member in custom_fields.HOSTS} == {
        label: apps.get_model(label).names.zh for label in with_store
    }


def test_a_table_for_custom_fields_is_found_by_its_earlier_spellings():
    assert custom_fields.HOSTS.read("投资历史").value == "ledger.Investment"
    assert custom_fields.HOSTS.read("Service record").value == "service.Interaction"
    assert custom_fields.HOSTS.read("clients.Client").value == "clients.Client"
