"""A piece of advice in the browser."""

import pytest

from tests.domains.advice.test_records import adviser, drafted, submit  # noqa: F401  (a fixture: Lin may advise)
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


def test_the_page_of_submitted_advice_says_what_was_checked_in_the_readers_language(adviser, zhou):  # noqa: F811
    number = drafted(adviser)
    submit(adviser, number)
    page = desk(zhou).get(f"/advice/{number}/").content.decode()
    assert "提交时的核对" in page and "未发现问题" in page
    reader = desk(zhou)
    reader.post("/language", {"language": "en"})
    english = reader.get(f"/advice/{number}/").content.decode()
    assert "Checks at submission" in english and "Nothing found" in english
