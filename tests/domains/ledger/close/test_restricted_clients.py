"""The close omits clients whose data are stored only, so that no figure of the firm includes them."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.domains.ledger.close import holdings
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import Closing, Figures
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.domains.ledger.close.test_run import DAY, dealt, priced  # noqa: F401


def held_by(day):
    return set(holdings.frame(day)["client"].to_list())


@pytest.mark.postgres
def test_a_restricted_client_is_in_no_figure_no_holding_and_no_count_until_the_restriction_is_lifted(
    dealt,  # noqa: F811
    priced,  # noqa: F811
    he,
):
    zhang, qian = dealt
    with as_system():
        assert close_run.close(day=DAY)["clients"] == 2
        whole = Closing.objects.get().digest
    with acting(he):
        row = perform("compliance.open_privacy_request", {"client": zhang.pk, "kind": "restrict"})
        perform("compliance.grant_privacy_request", {"request": row.pk, "answer": "已限制"})
    with as_system():
        assert held_by(DAY) == {qian.pk}, "the file of the close was written before"
        report = close_run.close(day=DAY)
        assert (report["clients"], report["unchanged"]) == (1, False)
        assert Closing.objects.get().clients == 1
        assert list(Figures.objects.values_list("client_id", flat=True)) == [qian.pk]
        assert held_by(DAY) == {qian.pk} and dict(holdings.frames([DAY]))[DAY]["client"].to_list() == [qian.pk]
    with acting(he):
        perform("compliance.lift_restriction", {"client": zhang.pk, "reason": "客户撤回请求"})
    with as_system():
        assert close_run.close(day=DAY)["clients"] == 2 and Closing.objects.get().digest == whole
        assert held_by(DAY) == set(Client.objects.values_list("pk", flat=True))
