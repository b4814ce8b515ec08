"""A user may override the detected kind of a sheet and its column mapping, and the choice is stored."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dakehu.domains.clients.models import Client
from dakehu.domains.ledger.models import Investment
from dakehu.interfaces.cli.main import main
from tests.cast import as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

Bring = Callable[..., dict[str, Any]]


@pytest.fixture
def bring(capsys: Any, lin: Any, tmp_path: Path) -> Bring:
    """Return a function that imports text as a CSV file and returns the report or the refusal."""

    def run(text: str, *options: str, name: str = "表.csv") -> dict[str, Any]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        main(["import", str(path), "--json", *options])
        return json.loads(capsys.readouterr().out)

    return run


def clients(*columns: str) -> list[Any]:
    with as_system():
        return list(Client.objects.order_by("pk").values_list(*columns, flat=len(columns) == 1))


def test_columns_that_nobody_could_guess_are_named_by_heading_letter_or_number(bring: Bring) -> None:
    text = "甲,乙,丙\n张一,13800138001,500\n"
    report = bring(
        text,
        "--as-kind",
        "clients",
        "--map",
        "甲=客户姓名",
        "--map",
        "B=phone",
        "--map",
        "3=资产规模",
        "--unit",
        "丙=万元",
    )
    assert report["created"] == 1 and clients("name", "assets") == [("张一", Decimal(5_000_000))]


def test_what_was_said_once_is_remembered_for_the_next_file_of_the_source(bring: Bring) -> None:
    first = "甲,乙,丙,丁\n张一,13800138001,500,03/07/1990\n"
    bring(
        first,
        "--as-kind",
        "clients",
        "--map",
        "甲=客户姓名",
        "--map",
        "乙=手机号码",
        "--map",
        "丙=资产规模",
        "--map",
        "丁=出生日期",
        "--unit",
        "丙=万元",
        "--date-order",
        "dmy",
    )
    assert bring("甲,乙,丙,丁\n李二,13800138002,600,04/07/1991\n", name="后.csv")["created"] == 1
    assert clients("assets", "birth_on")[1] == (Decimal(6_000_000), date(1991, 7, 4))


def test_a_statement_is_read_by_the_columns_that_a_person_names(bring: Bring) -> None:
    text = "d,c,n,k,q,p,a\n20240105,600519,贵州茅台,买,100,1700,170000\n"
    options = [
        "--as-kind",
        "statement",
        *(
            part
            for pair in (
                "d=成交日期",
                "c=证券代码",
                "n=证券名称",
                "k=买卖标志",
                "q=成交数量",
                "p=成交价格",
                "a=成交金额",
            )
            for part in ("--map", pair)
        ),
    ]
    report = bring(text, *options)
    assert (report["kind"], report["created"], report["quarantined"]) == ("statement", 1, 0)
    again = bring(text.replace("20240105", "20240108"), "--client", report["client"], name="后.csv")
    assert (again["kind"], again["created"]) == ("statement", 1), "the columns are remembered"


def test_a_statement_without_what_it_needs_says_what_is_missing(bring: Bring) -> None:
    refused = bring("d,c\n20240105,600519\n", "--as-kind", "statement", "--map", "d=成交日期", "--map", "c=证券代码")
    assert "业务名称" in json.dumps(refused, ensure_ascii=False)


def test_a_statement_without_headings_is_read(bring: Bring) -> None:
    text = "20240105,600519,贵州茅台,证券买入,100,1700,170000\n20240108,600519,贵州茅台,证券卖出,100,1710,171000\n"
    options = [
        "--as-kind",
        "statement",
        "--header-row",
        "none",
        *(
            part
            for pair in ("A=day", "B=code", "C=name", "D=side", "E=quantity", "F=price", "G=amount")
            for part in ("--map", pair)
        ),
    ]
    report = bring(text, *options)
    assert (report["created"], report["quarantined"], report["rows"]) == (2, 0, 2)


def test_prices_are_read_by_the_columns_that_a_person_names(bring: Bring) -> None:
    bring(
        "成交日期,证券代码,证券名称,业务名称,成交数量,成交价格,成交金额,发生金额\n20240105,600519,贵州茅台,证券买入,100,1700,170000,-170000\n"
    )
    report = bring(
        "x,y,z\n2024-01-08,600519,1710\n",
        "--as-kind",
        "prices",
        "--map",
        "x=日期",
        "--map",
        "y=证券代码",
        "--map",
        "z=价格",
        name="价.csv",
    )
    assert (report["kind"], report["created"], report["errors"]) == ("prices", 1, 0)


def test_investments_are_read_where_a_person_says_so(bring: Bring) -> None:
    bring("客户姓名,手机号码\n张一,13800138001\n")
    report = bring(
        "谁,何时,多少,什么\n张一,2024-01-05,50,基金甲\n",
        "--as-kind",
        "investments",
        "--map",
        "谁=客户姓名",
        "--map",
        "何时=投资日期",
        "--map",
        "多少=投资金额",
        "--map",
        "什么=投资产品",
        "--unit",
        "多少=万元",
    )
    assert report["created"] == 1
    with as_system():
        assert list(Investment.objects.values_list("amount", flat=True)) == [Decimal(500_000)]


def test_what_was_taken_for_a_statement_is_read_as_clients_where_a_person_says_so(bring: Bring) -> None:
    text = "成交日期,证券代码,证券名称,业务名称,成交数量,客户姓名\n20240105,600519,贵州茅台,证券买入,100,张一\n"
    assert bring(text, "--as-kind", "clients", "--map", "客户姓名=客户姓名")["created"] == 1
    assert clients("name") == ["张一"]


@pytest.mark.parametrize(
    "options",
    [
        ("--as-kind", "unknown"),
        ("--map", "没有=客户姓名"),
        ("--map", "甲=没有"),
        ("--unit", "甲=盎司"),
        ("--rate", "USD=很多"),
        ("--header-row", "第一"),
        ("--header-row", "99"),
        ("--sheet", "没有"),
    ],
)
def test_what_does_not_exist_is_refused_in_words(bring: Bring, options: tuple[str, ...]) -> None:
    refused = bring("客户姓名,甲\n张一,1\n", *options)
    assert "refused" in refused and clients("name") == []


def test_cells_outside_a_statement_are_named(bring: Bring) -> None:
    report = bring(
        "对账单,,,,,,,\n成交日期,证券代码,证券名称,业务名称,成交数量,成交价格,成交金额,发生金额\n20240105,600519,贵州茅台,证券买入,100,1700,170000,-170000\n合计,,,,,,170000,\n审核：李四,,,,,,,\n"
    )
    assert [(one["range"], one["reason"]) for one in report["left_out"]] == [
        ("A1", "title"),
        ("A4:G4", "total"),
        ("A5", "note"),
    ]
