"""Rows are found by a list of values, whatever characters the values contain."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.foundation.gates import perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

NAMES = ["张三", 'Li "Si", Ltd', "back\\slash", "{brace}", "NULL", "it's", "a;b"]


@pytest.mark.parametrize("asked", [NAMES, NAMES[:1], ["NULL", "{brace}", "it's"], ['Li "Si", Ltd'], ["nobody"]])
def test_each_name_of_a_list_is_found_and_no_other(lin, asked):
    with acting(lin):
        for number, name in enumerate(NAMES):
            perform("clients.create", {"code": f"N{number}", "name": name})
        found = Client.objects.filter(name__among=asked).values_list("name", flat=True)
        assert sorted(found) == sorted(set(asked) & set(NAMES))
        ids = list(Client.objects.filter(name__among=asked).values_list("pk", flat=True))
        assert sorted(Client.objects.filter(pk__among=ids).values_list("name", flat=True)) == sorted(found)


def test_an_empty_list_finds_nobody(lin, zhang):
    with acting(lin):
        assert not Client.objects.filter(name__among=[]) and not Client.objects.filter(pk__among=[])
