"""The figures of the last close as columns of the clients: in lists, the API and questions, within scope and clearance."""

from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dakehu.domains.clients import queries as clients
from dakehu.domains.ledger.models.figures import LISTS
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, page_of, perform, render_rows
from dakehu.foundation.records.bulk import record_columns
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
DAY = date(2024, 1, 9)


def publish(**by_code: dict) -> None:
    """Publish figures of some clients, as a close does."""
    with as_system(), act("ledger.publish_figures"):
        numbers = dict(model_of("clients.Client").objects.values_list("code", "pk"))
        for code, said in by_code.items():
            row = {"client_id": [numbers[code]], "as_of": [DAY], **{name: [value] for name, value in said.items()}}
            record_columns(model_of("ledger.Figures"), 1, row)


@pytest.fixture
def make_clients(lin):
    def make(count: int) -> None:
        with acting(lin):
            for number in range(count):
                perform("clients.create", {"name": f"客户{number}", "code": f"K{number:02}", "anyway": True})

    return make


@pytest.fixture
def closed(zhang, qian, lin, wang):
    publish(
        C0001={"profit": 1500, "roi": "0.25", "reasons": {"xirr": "too_short"}},
        C0002={"profit": -20, "roi": "-0.1", "xirr": "0.03", "reasons": {}},
    )


def codes(**said) -> list[str]:
    return [row["code"] for row in ask("clients.list", said)["rows"]]


def test_lists_are_filtered_and_sorted_by_figures_within_scope(closed, an, lin):
    with acting(lin):
        assert codes(filters={"profit.gt": "1000"}) == ["C0001"] and codes(filters={"累计盈亏.lt": "0"}) == []
    with as_system():
        assert codes(order="-figures__profit")[:2] == ["C0001", "C0002"]
        assert codes(order="figures__profit")[:2] == ["C0002", "C0001"]
        assert codes(filters={"figures__xirr.filled": 1}) == ["C0002"]


def test_a_row_tells_its_figures_and_why_one_is_missing(closed, lin):
    with acting(lin):
        [row] = ask("clients.list", {"filters": {"code": "C0001"}})["rows"]
        assert (row["figures__profit"], row["figures__roi"]) == ("1500.00", "0.25000000")
        assert row["figures__xirr"] is None and row["why_missing"] == {"figures__xirr": "时间太短"}
        assert ask("clients.detail", {"client": "C0001"})["figures__as_of"] == "2024-01-09"


def test_who_may_not_see_money_reads_rates_only_and_who_may_not_read_the_ledger_nothing(closed, he, an, admin):
    with acting(an):
        row = ask("clients.list", {"filters": {"code": "C0001"}})["rows"][0]
        assert row["figures__profit"] == "•••" and row["figures__roi"] == "0.25000000"
        with pytest.raises(Refused):
            ask("clients.list", {"filters": {"figures__profit.gt": 1}})
        with pytest.raises(Refused):
            ask("clients.list", {"order": "-figures__profit"})
    with acting(admin):
        assert "figures__roi" not in ask("clients.list", {})["rows"][0]
        with pytest.raises(Refused):
            ask("clients.list", {"order": "figures__roi"})


def test_pages_by_a_figure_meet_every_client_once_those_without_it_last(closed, make_clients):
    make_clients(7)
    with as_system():
        wanted = list(clients.clients(order="-figures__profit").values_list("code", flat=True))
        for order in ("-figures__profit", "figures__profit"):
            seen, after = [], ""
            while True:
                page = page_of(clients.listing(order=order).rows, order, 2, after=after)
                seen += [row.code for row in page.rows]
                after = page.after
                if not after:
                    break
            assert sorted(seen) == sorted(wanted) and set(seen[:2]) == {"C0001", "C0002"}
            page = page_of(clients.listing(order=order).rows, order, 2, last=True)
            assert page.before and [row.code for row in page.rows] == seen[-len(page.rows) :]


@pytest.mark.parametrize("name", LISTS)
def test_a_page_by_a_figure_reads_its_index_and_sorts_no_list(closed, make_clients, name):
    make_clients(40)
    with as_system():
        every = model_of("clients.Client").objects.order_by("code").values_list("code", flat=True)
        publish(**{code: {name: place} for place, code in enumerate(every) if code not in ("C0001", "C0002")})
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute("SET LOCAL enable_sort = off")
        with CaptureQueriesContext(connection) as report:
            page_of(clients.listing(order=f"-figures__{name}").rows, f"-figures__{name}", 5)
        first = next(q["sql"] for q in report if f'"{name}"' in q["sql"] and "ORDER BY" in q["sql"])
        with connection.cursor() as cursor:
            cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + first)
            plan = "\n".join(str(row) for row in cursor.fetchall())
    assert f"figures_by_{name}" in plan and "TEMP B-TREE FOR ORDER BY" not in plan, plan


def test_an_exported_workbook_shows_them_and_an_import_leaves_them_alone(closed, tmp_path, lin):
    path = tmp_path / "客户.xlsx"
    with acting(lin):
        exports.write_filled(path=path, language="zh")
        sheet = openpyxl.load_workbook(path)["基本信息"]
        heads = [cell.value for cell in sheet[1]]
        row = dict(zip(heads, [cell.value for cell in sheet[2]], strict=True))
        assert row["累计盈亏 Profit (CNY)"] == 1500 and row["累计收益率 Return on money put in (%)"] == 0.25
        assert row["资金加权收益率（年化） Money-weighted return (yearly) (%)"] is None
        assert row["指标缺失原因 Why figures are missing"] == "资金加权收益率（年化）：时间太短"
        report = imports.run_import(path)
        assert (report["created"], report["updated"], report["errors"]) == (0, 0, 0)
        sheet.cell(2, heads.index("累计盈亏 Profit (CNY)") + 1).value = 9
        sheet.parent.save(path)
        assert imports.run_import(path)["updated"] == 0
        assert ask("ledger.figures", {"client": "C0001"})["profit"] == "1500.00"


def test_the_figures_of_a_page_cost_one_statement(closed, make_clients):
    make_clients(20)
    with as_system():
        rows = list(model_of("clients.Client").objects.all())
        with CaptureQueriesContext(connection) as report:
            render_rows(rows, ["code", "figures__profit", "figures__roi"])
    assert len(report) == 1
