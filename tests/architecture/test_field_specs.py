"""Every field of client data states in both languages what it is, how sensitive it is and how long it is kept."""

import re

import pytest

from dakehu.domains.compliance.privacy.models import WITH_CLIENT
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField
from dakehu.foundation.access.query_guard import scoped_models
from dakehu.foundation.access.sensitivity import Sensitivity
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.gates import QUERIES, columns_of
from dakehu.foundation.gates.input import spec_behind
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import described_fields, has_spec
from dakehu.foundation.schema.retention import retention_table

MODELS = sorted(scoped_models(), key=lambda model: model._meta.label)
# Internal fields: never shown, never entered.
OWN = {"id", "row_version", "created_at", "changed_at"}
HAN = re.compile(r"[\u4e00-\u9fff]")


def by_label(model):
    return model._meta.label


@pytest.mark.parametrize("model", MODELS, ids=by_label)
def test_every_field_of_client_data_has_a_spec(model):
    bare = [
        f.name for f in model._meta.fields if f.name not in OWN and not isinstance(f, BlindIndex) and not has_spec(f)
    ]
    added = [custom_fields.STORE] if model._meta.label in custom_fields.host_models() else []
    assert sorted(bare) == sorted([*WITHOUT_SPEC.get(model._meta.label, ()), *added])


# Fields derived for searching, and the audit's own seal and references (`body` is shown by the audit query).
WITHOUT_SPEC = {
    "clients.Client": ("pinyin", "initials"),
    "service.Mail": (  # keys to recognise a mail, what its own queries show, references to rows that may be deleted
        "message_key",
        "digest",
        "files",
        "notes",
        "source_key",
        "mailbox_ref",
        "delivery_ref",
        "template_ref",
    ),
    "clients.SearchLine": ("client", "what", "number", "words"),
    "ledger.Figures": ("month_values", "month_inflows"),  # read by the queries for charts
    "tiers.ClientTier": (
        "rank",
        "rule_before",
        "code_before",
        "since_before",
        "below_before",
        "watch_before",
    ),  # set by the run
    "foundation.AuditEntry": ("actor_ref", "request_id", "client_ref", "body", "previous", "seal"),
}


@pytest.mark.parametrize("model", MODELS, ids=by_label)
def test_names_are_chinese_and_english(model):
    for name, _, facts in described_fields(model):
        assert facts.zh and facts.en, name
        assert facts.en.isascii() or "’" in facts.en, name
        assert bool(facts.help_zh) == bool(facts.help_en), f"{name}: help in one language only"


@pytest.mark.parametrize("model", MODELS, ids=by_label)
def test_choices_are_named_in_both_languages(model):
    for column in columns_of(model):
        for member in column.choice_set or ():
            assert member.zh and member.en, f"{column.name}: {member.value}"


@pytest.mark.parametrize("model", MODELS, ids=by_label)
def test_fields_are_encrypted_if_and_only_if_they_are_secret(model):
    for name, field, facts in described_fields(model):
        assert isinstance(field, EncryptedTextField) == (facts.sensitivity is Sensitivity.SECRET), name


@pytest.mark.parametrize("model", MODELS, ids=by_label)
def test_no_two_fields_of_a_table_go_by_the_same_name(model):
    for language in ("zh", "en"):
        names = [getattr(facts, language) for _, _, facts in described_fields(model)]
        assert sorted(names) == sorted(set(names))


def test_every_table_of_client_data_says_how_long_it_is_kept():
    table = dict(retention_table())
    assert set(table) == {model._meta.label for model in MODELS}
    for label, kept in table.items():
        assert kept.years > 0 or kept is WITH_CLIENT, label  # a privacy request is deleted with the client's records
        assert kept.basis_zh and kept.basis_en and kept.kind in "VSKD", label


@pytest.mark.parametrize("entry", [*ACTIONS.values(), *QUERIES.values()], ids=lambda entry: entry.name)
def test_every_parameter_has_a_name_in_both_languages(entry):
    assert entry.en and HAN.search(entry.zh)
    for parameter in entry.parameters:
        facts = spec_behind(parameter)
        assert HAN.search(facts.zh), f"{parameter.name} has no Chinese name"
        assert facts.en and not HAN.search(facts.en), f"{parameter.name} has no English name"
