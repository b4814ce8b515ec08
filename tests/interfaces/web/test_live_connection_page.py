"""The page of live connections offers the Power BI project, and states what this desk supports of SQL."""

import io
import zipfile

import pytest

from tests.interfaces.web.browsers import desk


def test_the_project_is_downloaded_and_names_this_desk(lin, zhang):
    browser = desk(lin)
    page = browser.get("/connections/odata/").content.decode()
    assert "Power BI 项目（.pbip）" in page
    answer = browser.get("/connections/odata/dakehu.pbip.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert "大客户.pbip" in packed.namelist()
        root = packed.read("大客户.SemanticModel/definition/expressions.tmdl").decode()
    assert '"http://testserver/odata/v4/"' in root
    assert browser.get("/connections/odata/dakehu.pbip.zip").content == answer.content


@pytest.mark.postgres
def test_a_desk_without_sql_access_says_why_and_makes_no_login(lin, admin, on_postgres):
    browser = desk(lin)
    why = "DAKEHU_SQL_ACCESS=1" if on_postgres else "SQLite，不提供 SQL 登录"
    assert why in browser.get("/connections/odata/").content.decode()
    answer = browser.post("/connections/odata/sql-login")
    assert answer.status_code == 422 and why in answer.content.decode()
    assert desk(admin).post("/connections/odata/sql-login").status_code == 403
