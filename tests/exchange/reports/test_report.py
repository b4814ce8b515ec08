"""A client's report: the client's figures with embedded fonts, masked by the reader's role, and audited."""

import io
import re
import zipfile
from datetime import date, timedelta

import pytest

from dakehu.domains.clients import queries as clients
from dakehu.domains.ledger.close import run as close_run
from dakehu.exchange.imports import service as imports
from dakehu.exchange.reports import service as reports
from dakehu.exchange.reports import typst_pdf
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.files import store as files
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.progress import Cancelled
from dakehu.interfaces.cli.example import market
from tests.cast import acting, as_system
from tests.exchange.reports import pdf
from tests.interfaces.web.browsers import desk

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

DAYS = [day for day in (date(2026, 1, 5) + timedelta(n) for n in range(60)) if day.weekday() < 5]


@pytest.fixture
def invested(tmp_path, settings, lin, zhang):
    """Return Zhang San with the trades of a generated client, their prices, and a close."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    rows = market.statement(DAYS, DAYS[-1] + timedelta(days=1))
    busy = max({row["客户号"] for row in rows}, key=lambda code: sum(row["客户号"] == code for row in rows))
    kept = [{**row, "客户号": "C0001"} for row in rows if row["客户号"] == busy]
    with as_system():
        imports.run_import(market._write(tmp_path / "交割单.csv", market.HEADINGS, kept))
        imports.run_import(market.write_prices(tmp_path / "行情.csv", DAYS))
        close_run.close(day=DAYS[-1])
    return zhang


def report(user, client, **more):
    with acting(user):
        return reports.render_and_record(clients.get_client(client.pk), **more)


def test_the_report_holds_the_figures_that_were_published_in_both_languages(lin, invested):
    with acting(lin):
        figures = ask("ledger.figures", {"client": "C0001"})
        held = ask("ledger.portfolio", {"client": "C0001"})["holdings"]
    for language, words in (("zh", "时间加权收益率"), ("en", "Time-weighted return")):
        result = pdf.text(report(lin, invested, language=language).content)
        assert words in result and "张三" in result and "C0001" in result
        assert f"{float(figures['market_value']):,.2f}" in result and f"{float(figures['twr']):.2%}" in result
        assert {
            row["name"] for row in held if row["name"].replace(" ", "") not in result.replace("\n", "").replace(" ", "")
        } == set()
        assert DAYS[-1].isoformat() in result


def test_it_says_what_it_is_not_and_names_no_price_to_come(lin, invested):
    result = pdf.text(report(lin, invested, language="zh").content).replace("\n", "")
    assert "过往业绩不代表未来表现" in result and "不构成任何证券的投资建议" in result
    assert not re.search("目标价|建议买入|建议卖出|强烈推荐|稳赚|保本", result)


def test_every_font_is_inside_and_is_the_projects_own(lin, invested):
    found = pdf.fonts(report(lin, invested).content)
    assert found and all(found.values())
    assert all("NotoSansCJKsc" in name for name in found)


def test_the_fonts_draw_rare_characters_of_names_instead_of_boxes(lin, invested):
    with acting(lin):
        from dakehu.exchange.reports import content as telling

        result = telling.report_content(clients.get_client(invested.pk))
    rare = "喆堃珺镕犇"
    assert rare in pdf.text(typst_pdf.render_pdf({**result, "name": rare}))


def test_a_name_that_looks_like_an_instruction_is_printed_as_it_is(lin, invested):
    with acting(lin):
        from dakehu.exchange.reports import content as report_content

        result = report_content.report_content(clients.get_client(invested.pk))
    name = '#panic("x") $a$ *b* \\ <i>'
    assert name in pdf.text(typst_pdf.render_pdf({**result, "name": name}))


def test_a_masked_reader_gets_a_masked_name_and_no_sums(an, lin, invested):
    with acting(lin):
        published = ask("ledger.figures", {"client": "C0001"})
    result = pdf.text(report(an, invested, language="zh").content)
    assert "张三" not in result and "•••" in result
    assert f"{float(published['market_value']):,.2f}" not in result and f"{float(published['twr']):.2%}" in result
    assert "证券买卖资金流水" not in result


def test_rising_is_red_or_green_as_the_reader_chose(lin, invested, monkeypatch):
    seen = []
    monkeypatch.setattr(typst_pdf, "render_pdf", lambda result: seen.append((result["up"], result["down"])) or b"")
    for rise_is_red in (True, False):
        report(lin, invested, rise_is_red=rise_is_red)
    assert seen[0] == seen[1][::-1]


def test_a_strangers_client_and_a_role_that_takes_nothing_out_are_refused(wang, admin, invested):
    assert desk(wang).get(f"/clients/{invested.pk}/report.pdf").status_code == 404
    with acting(wang), pytest.raises(Refused):
        perform("report.create", {"client": "C0001"})
    with acting(admin), pytest.raises(NotAllowed):
        reports.render_pdf(clients.get_client(invested.pk))


def test_the_page_offers_it_and_it_stands_on_the_record(lin, invested):
    browser = desk(lin)
    assert f"/clients/{invested.pk}/report.pdf" in browser.get(f"/clients/{invested.pk}/?tab=money").content.decode()
    answer = browser.get(f"/clients/{invested.pk}/report.pdf")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert "no-store" in answer["Cache-Control"]
    with as_system():
        entry = AuditEntry.objects.filter(action="report.create").latest("pk")
    assert entry.actor_name == "林晓" and entry.client_ref == invested.pk and "张三" not in entry.body


def test_a_client_without_trades_gets_a_page_that_says_so(lin, zhang):
    assert "还没有成交" in pdf.text(report(lin, zhang, language="zh").content)


def test_many_are_made_in_the_background_and_those_without_trades_are_listed(lin, invested, settings):
    with acting(lin):
        perform("clients.create", {"code": "C0009", "name": "孙九"})
    browser = desk(lin)
    address = browser.post("/export/reports", {"language": "zh"})["Location"]
    jobs.run_due_jobs()
    page = browser.get(address).content.decode()
    assert "1 份客户报告已备好" in page and "孙九" in page and "还没有成交记录" in page
    answer = browser.get(f"{address}file")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        (name,) = bundle.namelist()
        assert "C0001" in name and "张三" in pdf.text(bundle.read(name))
    with as_system():
        assert str(invested.pk) in AuditEntry.objects.filter(action="report.create_many").latest("pk").body


def test_the_ticked_only_and_never_another_teams(lin, wang, invested, qian):
    with acting(lin):
        assert reports.chosen_clients([invested.pk, qian.pk]) == [invested.pk]
        with pytest.raises(Refused):
            reports.chosen_clients([qian.pk])


def test_a_stopped_bundle_leaves_no_file(lin, invested):
    with acting(lin):
        number = reports.start(language="zh")
    jobs.request_stop(number)
    jobs.run_due_jobs()
    with acting(lin) as actor:
        assert jobs.get_job(number, actor.user_id)["state"] == "cancelled"


def test_stopping_between_two_reports_hands_nothing_out(lin, invested):
    def stop(share, words=""):
        if share > 0:
            raise Cancelled

    with acting(lin):
        perform("clients.create", {"code": "C0009", "name": "孙九"})
        before = AuditEntry.objects.count()
        with pytest.raises(Cancelled):
            reports.create_reports(stop, clients=reports.chosen_clients(None), language="zh")
        assert AuditEntry.objects.count() == before


def test_a_file_that_is_neither_pdf_nor_zip_is_refused_with_the_remedy(lin, invested, tmp_path):
    with acting(lin):
        with pytest.raises(Refused, match=r"\.pdf"):
            reports.write_reports(tmp_path / "report.docx", None)
        result = reports.write_reports(tmp_path / "report.zip", None)
        assert result["counts"] == {"clients": 1, "failed": 0} and zipfile.is_zipfile(tmp_path / "report.zip")
        reports.write_reports(tmp_path / "report.pdf", [invested.pk])
        assert pdf.fonts((tmp_path / "report.pdf").read_bytes())


def test_the_bundle_is_for_whoever_asked_alone(lin, zhou, invested):
    with acting(lin):
        number = reports.start()
    jobs.run_due_jobs()
    assert desk(zhou).get(f"/export/{number}/file").status_code == 404
    with acting(lin) as actor:
        key = jobs.get_job(number, actor.user_id)["result"]["file"]
    with acting(zhou), pytest.raises(Refused):
        files.read(key)
