"""Two people at one client's form: changes that do not overlap are merged, the others decided field by field."""

import json
import re
from html import unescape

import pytest

from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db
FORM = {"HTTP_HX_REQUEST": "true"}


def opened(door, client):
    """Return the values of a client's form when it is opened: {"version", "base"}."""
    page = door.get(f"/clients/{client.pk}/actions/clients.change", **FORM).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(version|base)" value="([^"]*)"', page))
    return {name: unescape(value) for name, value in hidden.items()}


@pytest.fixture
def form(lin, zhou, zhang):
    """Lin has the form open when Zhou saves assets and occupation: (Lin's browser, address, the form's values)."""
    door = desk(lin)
    held = opened(door, zhang)
    with acting(zhou):
        perform("clients.change", {"client": zhang.pk, "assets": "500万", "occupation": "医生"})
    return door, f"/clients/{zhang.pk}/actions/clients.change", {**held, "name": "张三", "code": "C0001", "assets": ""}


def now(user, client):
    from dakehu.domains.clients.models import Client

    with acting(user):
        return Client.objects.get(pk=client.pk)


def test_what_others_changed_elsewhere_in_the_form_is_kept_and_told(form, lin, zhang):
    door, address, held = form
    report = door.post(address, {**held, "occupation": "", "employer": "华瑞控股", "then": "stay"}, **FORM)
    assert report.status_code == 200
    row = now(lin, zhang)
    assert (row.employer, row.assets, row.occupation) == ("华瑞控股", 5_000_000, "医生")
    held_on = opened(door, zhang)
    assert json.loads(held_on["base"])["assets"] == "5000000"


def test_one_field_changed_by_both_is_asked_about_and_either_choice_holds(form, lin, zhang):
    door, address, held = form
    clash = door.post(address, {**held, "occupation": "律师", "employer": "华瑞控股"}, **FORM)
    page = clash.content.decode()
    assert clash.status_code == 409
    assert 'name="choose.occupation"' in page and "周宁" in page and "资产规模" in page
    again = {
        name: unescape(value)
        for name, value in re.findall(r'type="hidden" name="(version|base)" value="([^"]*)"', page)
    }
    typed = {
        "name": "张三",
        "code": "C0001",
        "occupation": "律师",
        "employer": "华瑞控股",
        "assets": "5000000",
        **again,
    }
    assert door.post(address, {**typed, "choose.occupation": "current"}, **FORM).status_code == 200
    assert (now(lin, zhang).occupation, now(lin, zhang).employer) == ("医生", "华瑞控股")
    mine = {**typed, "version": now(lin, zhang).row_version, "choose.occupation": "mine"}
    assert door.post(address, mine, **FORM).status_code == 200
    assert (now(lin, zhang).occupation, now(lin, zhang).assets) == ("律师", 5_000_000)
