"""Sealed values are decrypted only in an act that opens them."""

import json
import subprocess
import sys

import pytest
from cryptography.exceptions import InvalidTag
from django.core.exceptions import FieldError
from django.db import connection
from django.template import Context, Template

from dakehu.domains.clients.models import Client, Contact
from dakehu.foundation import key_rotation
from dakehu.foundation.access import encrypted_fields, keys
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotAllowed, WriteOutsideAction
from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.homes import own_home

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NUMBER = "11010519491231002X"  # the published sample of a resident identity number


@pytest.fixture
def known(lin, zhang):
    with acting(lin):
        return perform("clients.change", {"client": zhang.code, "id_number": NUMBER})


def test_the_database_holds_no_plain_text(known):
    with acting_as(system_actor("look at the bytes")), connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM clients_client WHERE id = %s", [known.pk])
        (body,) = cursor.fetchone()
    assert NUMBER.encode() not in bytes(body)


def test_a_sealed_value_shows_its_mask_in_a_template_and_an_f_string(lin, known):
    with acting(lin):
        client = Client.objects.get(pk=known.pk)
        assert f"{client.id_number}" == "110***********002X"
        assert Template("{{ c.id_number }}").render(Context({"c": client})) == "110***********002X"
        assert NUMBER not in repr(list(Client.objects.values_list("id_number")))


def test_json_refuses_a_sealed_value(lin, known):
    with acting(lin), pytest.raises(TypeError):
        json.dumps(Client.objects.get(pk=known.pk).id_number)


def test_opening_needs_an_act(lin, known):
    with acting(lin), pytest.raises(WriteOutsideAction):
        Client.objects.get(pk=known.pk).id_number.open()


def test_the_analyst_may_not_open(an, known):
    with acting(an), pytest.raises(NotAllowed):
        perform("clients.open_id_number", {"client": known.code, "reason": "好奇"})


def test_a_prefix_cannot_be_looked_up(lin, known):
    with acting(lin), pytest.raises(FieldError):
        Client.objects.filter(id_number__startswith="110")


def test_an_exact_number_is_found_through_its_blind_index(lin, wang, known):
    with acting(lin):
        assert ask("clients.list", {"filters": {"id_number": NUMBER}})["count"] == 1
        assert ask("clients.search", {"text": NUMBER})["count"] == 1
    with acting(wang):
        assert ask("clients.search", {"text": NUMBER})["count"] == 0


def test_a_value_moved_to_another_column_does_not_open():
    body = encrypted_fields.encrypt_bytes("clients_client.id_number", b"x")
    with pytest.raises(InvalidTag):
        encrypted_fields.decrypt_bytes("clients_contact.value", body)


def test_after_rotation_old_values_open_and_reseal_moves_them(lin, known):
    keys.add_encryption_key()
    with acting_as(system_actor("rotate keys")), act("keys.rotate"):
        assert Client.objects.get(pk=known.pk).id_number.open() == NUMBER
        assert key_rotation.reencrypt_fields(Client, Client._meta.get_field("id_number")) == 1
        assert key_rotation.reencrypt_fields(Client, Client._meta.get_field("id_number")) == 0
        assert Client.objects.get(pk=known.pk).id_number.open() == NUMBER


def test_a_key_that_another_process_puts_in_use_counts_at_once(lin, known, settings, tmp_path):
    own_home(settings, tmp_path / "home")
    before = keys.encryption_keys()[0]
    program = (
        "import base64, json, os, sys; path = sys.argv[1]; known = json.load(open(path)); "
        "known[str(max(map(int, known)) + 1)] = base64.b64encode(os.urandom(32)).decode(); "
        "json.dump(known, open(path + '.new', 'w')); os.replace(path + '.new', path)"
    )
    subprocess.run([sys.executable, "-c", program, str(keys.folder() / "sealing.json")], check=True)
    assert keys.encryption_keys()[0] == before + 1
    fresh = encrypted_fields.EncryptedValue.encrypt("test.value", "13812345678", None)
    assert fresh._body[0] == before + 1 and fresh._plain() == "13812345678"
    (keys.folder() / "sealing.json").unlink()  # a running process keeps the keys it has read
    assert keys.encryption_keys()[0] == before + 1


def test_the_last_four_digits_of_a_phone_find_the_client(lin, zhang):
    with acting(lin):
        perform("clients.add_contact", {"client": zhang.code, "kind": "手机", "value": "139 1234 5678"})
        assert ask("clients.search", {"text": "5678"})["count"] == 1
        assert ask("clients.search", {"text": "139 1234 5678"})["count"] == 1
        assert Contact.objects.get(client=zhang).value.same_as("13912345678")


def test_no_reader_gets_a_sealed_value_in_an_answer(lin, he, known):
    for user in (lin, he):
        with acting(user):
            assert NUMBER not in json.dumps(ask("clients.detail", {"client": known.code}), ensure_ascii=False)
