"""Prices from a data service: requested as by its own package, imported like a file, errors explained; a local server
replaces the service, and nothing is requested unless it is switched on."""

import json
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.models import PriceFile, SecurityCode
from dakehu.domains.ledger.prices import universe
from dakehu.exchange.connectors import prices
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import perform
from dakehu.interfaces.cli.main import main
from tests.cast import acting, as_system
from tests.domains.ledger.trades.test_compaction import BUY, statement
from tests.homes import own_home

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TOKEN = "a-token-of-nobody"
FROM, TO = date(2024, 1, 8), date(2024, 1, 9)
CLOSES = {"000878": (10.9, 12.0), "000300": (3300.5, 3310.25)}


class Service(BaseHTTPRequestHandler):
    """A server that answers in the format of either service."""

    answer: object = None
    asked: list = []

    def do_GET(self):
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.asked.append(query)
        code = query["secid"].partition(".")[2]
        lines = [f"2024-01-0{8 + n},1,{close},2,0.5" for n, close in enumerate(CLOSES.get(code, ()))]
        self._give({"rc": 0, "data": {"code": code, "klines": lines} if lines else None})

    def do_POST(self):
        report = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(report)
        if report["token"] != TOKEN:
            return self._give({"code": 40101, "msg": "您的token不对，请确认。", "data": None})
        closes = CLOSES.get(report["params"]["ts_code"].partition(".")[0], ())
        items = [[f"2024010{8 + n}", close] for n, close in reversed(list(enumerate(closes)))]
        self._give({"code": 0, "msg": None, "data": {"fields": ["trade_date", "close"], "items": items}})

    def _give(self, report):
        body = self.answer if isinstance(self.answer, bytes) else json.dumps(report).encode()
        self.send_response(self.answer if isinstance(self.answer, int) else 200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def service(settings, tmp_path, lin, zhang):
    own_home(settings, tmp_path / "home")
    with acting(lin):
        imports.run_import(statement(tmp_path, "张.csv", BUY), client="C0001")
    Service.answer, Service.asked = None, []
    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.QUOTES_URL, settings.TUSHARE_TOKEN = f"http://127.0.0.1:{server.server_port}/", TOKEN
    yield Service
    server.shutdown()
    server.server_close()


def closes(code: str) -> list[float]:
    with as_system():
        return close_inputs.price_history(SecurityCode.objects.get(code=code).product_id)[1].tolist()


@pytest.mark.parametrize("source", ["akshare", "tushare"])
def test_prices_come_in_like_a_price_file_and_can_be_undone(service, settings, source):
    settings.QUOTES = source
    with as_system():
        report = prices.import_quotes(["000878.SZ", "index:000300.SH"], FROM, TO)
    assert (report["created"], report["imported"], report["source"], report["nothing"]) == (4, True, source, [])
    assert closes("000878") == [10.9, 12.0] and closes("000300") == [3300.5, 3310.25]
    with as_system():
        assert prices.import_quotes(["000878.SZ"], FROM, TO)["unchanged"] == 2
        perform("workbook.undo", {"batch": report["batch"]})
    assert closes("000878") == []


def test_each_service_is_asked_in_its_own_words(service, settings):
    settings.QUOTES = "akshare"
    with as_system():
        prices.import_quotes(["000878"], FROM, TO)
        assert {k: service.asked[-1][k] for k in ("secid", "fqt", "beg", "end")} == {
            "secid": "0.000878",
            "fqt": "0",
            "beg": "20240108",
            "end": "20240109",
        }
        settings.QUOTES = "tushare"
        prices.import_quotes(["index:000300.SH", "510500.SH", "000878"], FROM, TO)
    assert [asked["api_name"] for asked in service.asked[-3:]] == ["index_daily", "fund_daily", "daily"]
    assert service.asked[-1]["params"]["ts_code"] == "000878.SZ"


def test_nothing_is_asked_unless_a_service_was_switched_on(service, settings):
    assert settings.QUOTES == ""
    with as_system(), pytest.raises(Refused, match="DAKEHU_QUOTES"):
        prices.import_quotes(["000878"], FROM, TO)
    assert service.asked == []


def test_codes_without_prices_are_named_and_the_others_come_in(service, settings):
    settings.QUOTES = "akshare"
    with as_system():
        report = prices.import_quotes(["000878", "600000"], FROM, TO)
        assert report["nothing"] == ["600000.SH"] and report["created"] == 2
        with pytest.raises(Refused, match="600000"):
            prices.import_quotes(["600000"], FROM, TO)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (503, "503"),
        (b"<html>", "预期的格式"),
        (b"[1]", "预期的格式"),
        (b'{"data": {"klines": ["2024-01-08"]}}', "预期的格式"),
    ],
)
def test_a_service_that_fails_is_told_in_words_and_nothing_is_written(service, settings, answer, words):
    settings.QUOTES, service.answer = "akshare", answer
    with as_system(), pytest.raises(Refused, match=words):
        prices.import_quotes(["000878"], FROM, TO)
    with as_system():
        assert not PriceFile.objects.exists()


def test_a_wrong_token_is_told_in_the_words_of_the_service_and_never_shown(service, settings):
    settings.QUOTES, settings.TUSHARE_TOKEN = "tushare", "wrong"
    with as_system(), pytest.raises(Refused) as refused:
        prices.import_quotes(["000878"], FROM, TO)
    assert "token不对" in str(refused.value) and "wrong" not in str(refused.value)
    settings.TUSHARE_TOKEN = ""
    with as_system(), pytest.raises(Refused, match="DAKEHU_TUSHARE_TOKEN"):
        prices.import_quotes(["000878"], FROM, TO)


def test_a_service_nobody_answers_at_is_told_in_words(settings, lin):
    settings.QUOTES, settings.QUOTES_URL = "akshare", "http://127.0.0.1:9/"
    with as_system(), pytest.raises(Refused, match="无法从"):
        prices.import_quotes(["000878"], FROM, TO)


@pytest.mark.parametrize("code", ["ABC", "00700.HK", "index:300", "204001.SH"])
def test_codes_that_no_service_prices_are_refused_before_anything_is_asked(service, settings, code):
    settings.QUOTES = "akshare"
    with as_system(), pytest.raises(Refused):
        prices.import_quotes([code], FROM, TO)
    assert service.asked == []


def test_only_those_who_may_import_may_ask(service, settings, he):
    settings.QUOTES = "akshare"
    with acting(he), pytest.raises(NotAllowed):
        prices.import_quotes(["000878"], FROM, TO)


def test_the_command_asks_for_all_that_is_entered(service, settings, capsys):
    settings.QUOTES = "akshare"
    with as_system():
        assert universe.priced_codes() == (["000878.SZ"], None)
    assert main(["quotes", "--from", "2024-01-08", "--to", "2024-01-09", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["created"] == 2 and report["source"] == "akshare"
    assert main(["quotes", "--codes", "000878", "--from", "soon", "--json"]) != 0
