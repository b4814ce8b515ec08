"""The shared note of a client: several people write, no edit is lost, no one out of reach reads it."""

import pytest

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhang(lin):
    with acting(lin):
        return perform("clients.create", {"name": "张三", "code": "C0001"})


def write(browser, client, **given):
    answer = browser.post(f"/clients/{client.pk}/note/write", given)
    return answer.status_code, answer.json()


def texts(user, client):
    with acting(user):
        return [one["text"] for one in ask("service.note", {"client": client.pk}) if not one["removed"]]


@pytest.mark.postgres
def test_different_paragraphs_of_two_people_stay_and_the_same_one_shows_both_texts(lin, zhou, zhang):
    mine, theirs = desk(lin), desk(zhou)
    _, first = write(mine, zhang, text="一")
    _, second = write(mine, zhang, text="二")
    assert write(mine, zhang, paragraph=first["id"], version=first["version"], text="一，林")[0] == 200
    assert write(theirs, zhang, paragraph=second["id"], version=second["version"], text="二，周")[0] == 200
    assert texts(lin, zhang) == ["一，林", "二，周"]
    status, now = write(theirs, zhang, paragraph=first["id"], version=first["version"], text="一，周")
    assert (status, now["text"], now["by"]) == (409, "一，林", "林晓") and texts(lin, zhang)[0] == "一，林"
    assert write(theirs, zhang, paragraph=first["id"], version=now["version"], text="一，林和周")[0] == 200


def test_an_earlier_text_and_a_removed_paragraph_come_back(lin, zhou, zhang):
    mine, theirs = desk(lin), desk(zhou)
    _, one = write(mine, zhang, text="原来的")
    _, now = write(theirs, zhang, paragraph=one["id"], version=one["version"], text="改过的")
    earlier = mine.get(f"/clients/{zhang.pk}/note/paragraphs?paragraph={one['id']}").json()["earlier"]
    assert [step["text"] for step in earlier] == ["原来的"]
    address = f"/clients/{zhang.pk}/note/"
    mine.post(f"{address}restore", {"paragraph": one["id"], "earlier": earlier[0]["id"]})
    assert texts(lin, zhang) == ["原来的"]
    version = ask_version(lin, zhang)
    assert mine.post(f"{address}remove", {"paragraph": one["id"], "version": now["version"]}).status_code == 409
    assert mine.post(f"{address}remove", {"paragraph": one["id"], "version": version}).status_code == 200
    assert texts(lin, zhang) == []
    mine.post(f"{address}restore", {"paragraph": one["id"]})
    assert texts(lin, zhang) == ["原来的"]


def ask_version(user, client):
    with acting(user):
        return ask("service.note", {"client": client.pk})[0]["version"]


def test_who_types_is_shown_to_others_only(lin, zhou, zhang):
    _, one = write(desk(lin), zhang, text="一")
    assert desk(lin).post(f"/clients/{zhang.pk}/note/typing/{one['id']}").status_code == 204
    with acting(zhou):
        assert ask("service.note", {"client": zhang.pk})[0]["typing"] == ["林晓"]
    with acting(lin):
        assert ask("service.note", {"client": zhang.pk})[0]["typing"] == []


def test_wang_reads_and_writes_nothing_in_the_note_of_lins_client(lin, wang, zhang):
    _, one = write(desk(lin), zhang, text="一")
    outside = desk(wang)
    for address in ("", "paragraphs", "typing/1"):
        asked = outside.post if address.startswith("typing") else outside.get
        assert asked(f"/clients/{zhang.pk}/note/{address}").status_code == 404
    assert outside.post(f"/clients/{zhang.pk}/note/write", {"paragraph": one["id"], "text": "二"}).status_code == 404
    with acting(wang), pytest.raises(Refused):
        perform("service.write_note", {"client": zhang.pk, "text": "二"})
