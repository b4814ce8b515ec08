"""An extract for Tableau, read by Tableau's own engine: its counts and sums equal those on the desk."""

import zipfile
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from dakehu.exchange.tableau import hyper, service
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs.progress import Cancelled
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting

engine = pytest.mark.skipif(not hyper.is_installed(), reason="the extra “tableau” is not installed")


@pytest.fixture
def book(lin, zhang, qian, wang):
    """Add clients of two teams with assets, records and figures."""
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "assets": "1234567.89", "birth_on": "1970-01-02"})
        other = perform("clients.create", {"name": "欧阳静", "code": "C0003", "assets": "0.11", "anyway": True})
        for number in (zhang.pk, zhang.pk, other.pk):
            perform(
                "service.log_interaction",
                {"client": number, "channel": "call", "held_at": "2026-11-01 08:30", "summary": "问候"},
            )
        with act("test.figures"), elevated("test"):
            model_of("ledger.Figures")(
                client_id=zhang.pk, as_of=clock.today(), profit=Decimal("10.05"), twr=Decimal("0.125")
            ).save()
    with acting(wang):
        perform("clients.change", {"client": qian.pk, "assets": "500"})


def read(statements):
    """Return the results of Tableau's engine for {path: statements}, in order."""
    import tableauhyperapi as api

    found = []
    with api.HyperProcess(api.Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}) as process:
        for path, asked in statements.items():
            with api.Connection(process.endpoint, path) as line:
                found.append([line.execute_list_query(statement) for statement in asked])
    return found


@engine
def test_counts_and_sums_are_those_of_the_desk_for_every_role(book, lin, wang, he, an, tmp_path):
    asked = [
        "select count(*) from interactions",
        'select "客户姓名", "资产规模" from clients order by "客户号"',
    ]
    desk, records, paths = {}, {}, {}
    for user in (lin, wang, he, an):
        paths[user.username] = tmp_path / f"{user.username}.hyper"
        with acting(user):
            counts = service.write_extract(path=paths[user.username])
            listed = ask("clients.list", {})["rows"]
            records[user.username] = ask("service.interactions", {})["count"]
        desk[user.username] = sorted(listed, key=lambda row: row["code"])
        assert (counts["clients"], counts["interactions"]) == (len(listed), records[user.username])
    sums = [*asked, 'select sum("资产规模") from clients']
    answers = read({path: asked if name == "an" else sums for name, path in paths.items()})
    for (name, rows), (told, clients, *total) in zip(desk.items(), answers, strict=True):
        assert told == [[records[name]]]
        assert [client for client, _ in clients] == [row["name"] for row in rows]
        if name == "an":
            assert [assets for _, assets in clients] == [row["assets"] for row in rows]
        else:
            assert [Decimal(str(total[0][0][0]))] == [sum(Decimal(row["assets"]) for row in rows)]
    names = {name: [row["name"] for row in rows] for name, rows in desk.items()}
    assert names["lin"] == ["张三", "欧阳静"] and names["wang"] == ["钱二"]
    assert names["an"] == ["张*", "钱*", "欧阳*"] and len(names["he"]) == 3


@engine
def test_the_data_source_joins_clients_with_what_stands_beside_them_and_loses_none(book, lin, tmp_path):
    path = tmp_path / "desk.tdsx"
    with acting(lin):
        service.write_extract(path=path)
        assert AuditEntry.objects.order_by("-pk").first().action == "tableau.export"
    with zipfile.ZipFile(path) as packed:
        assert packed.namelist() == ["大客户数据.tds", service.INSIDE]
        source = ElementTree.fromstring(packed.read("大客户数据.tds"))
        packed.extract(service.INSIDE, tmp_path)
    connection = source.find(".//connection[@class='hyper']")
    assert connection.get("dbname") == service.INSIDE
    extract = tmp_path / service.INSIDE
    maps = [(one.get("key"), one.get("value")) for one in source.iter("map")]
    assert len({key for key, _ in maps}) == len(maps)
    selected = ", ".join('"' + value[1:-1].replace("].[", '"."').replace("]]", "]") + '"' for _, value in maps)
    tables = [one.get("name") for one in source.iter("relation") if one.get("type") == "table"]
    assert tables == ["clients", "figures", "balance", "tier", "risk_figures", "predictions"]
    joins = "".join(f' left join {name} on "clients"."客户编号" = "{name}"."{_key(maps, name)}"' for name in tables[1:])
    sql = f'select count(*), sum("figures"."累计盈亏") from clients{joins}'
    ((every, totals),) = read({extract: [f"select {selected} from clients{joins}", sql]})
    assert len(every) == 2 and totals == [[2, Decimal("10.05")]]
    formats = {one.get("caption"): one.get("default-format") for one in source.iter("column")}
    assert formats["资产规模"].startswith("n#,##0.00") and formats["时间加权收益率"] == "p0.00%"
    hidden = {one.get("caption") for one in source.iter("column") if one.get("hidden")}
    assert "客户编号" in hidden and "客户号" not in hidden


def _key(maps, table):
    return next(value.partition("].[")[2][:-1] for key, value in maps if value.startswith(f"[{table}].[客户关联编号"))


@engine
def test_chosen_clients_bring_their_own_rows_and_a_hyper_has_its_source_beside_it(
    book, lin, zhang, an, admin, tmp_path
):
    path = tmp_path / "one.hyper"
    with acting(lin):
        counts = service.write_extract(path=path, clients=[zhang.pk], language="en")
    assert (counts["clients"], counts["interactions"], counts["figures"]) == (1, 2, 1)
    assert "dbname='one.hyper'" in path.with_suffix(".tds").read_text().replace('"', "'")
    asked = ['select "Held at", "Channel" from interactions limit 1', 'select "Client name" from clients']
    ((held, moved),) = read({path: asked})
    assert str(held[0][0]).startswith("2026-11-01 08:30") and held[0][1] == "Call"
    assert moved == [["张三"]]
    with acting(admin), pytest.raises(NotAllowed):
        service.write_extract(path=tmp_path / "no.hyper")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["one.hyper", "one.tds"]


@engine
def test_an_export_that_is_stopped_leaves_nothing(book, lin, tmp_path):
    def stop(share, words):
        if share > 0.3:
            raise Cancelled

    with acting(lin), pytest.raises(Cancelled):
        service.write_extract(path=tmp_path / "desk.tdsx", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_desk_without_the_extra_says_how_to_install_it(lin, tmp_path, monkeypatch):
    monkeypatch.setattr(hyper, "PACKAGE", "no_such_package")
    with acting(lin):
        for ask_for_it in (lambda: service.write_extract(path=tmp_path / "desk.hyper"), service.start_export):
            with pytest.raises(Refused, match=r"pip install 'dakehu\[tableau\]'"):
                ask_for_it()
    assert list(tmp_path.iterdir()) == []
