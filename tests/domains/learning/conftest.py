"""The exam used by the tests."""

import pytest

from tests.domains.learning.exam_stage import add_exam


@pytest.fixture
def exam(he):
    return add_exam(he)
