"""Every query without required parameters is answered with its default order and filters."""

import pytest

from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import QUERIES, ask
from tests.cast import acting

NEED_A_RULE = {"service.back_test", "service.rule_count"}  # refused while neither a rule nor a number is given


@pytest.mark.django_db
def test_every_question_without_required_parameters_is_answered(he, admin, zhang):
    refused = {}
    for who in (he, admin):
        with acting(who):
            for name, query in sorted(QUERIES.items()):
                if any(parameter.required for parameter in query.parameters):
                    continue
                try:
                    ask(name, {})
                except NotAllowed:
                    continue
                except Refused as fault:
                    refused[name] = str(fault)
    assert set(refused) == NEED_A_RULE
