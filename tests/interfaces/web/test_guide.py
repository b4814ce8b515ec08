"""The guide: markdown in the reader's language, as a page and in the drawer, without active content."""

import pytest

from dakehu.interfaces.web.views import guide
from tests.interfaces.web.browsers import desk


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A guide of two pages in each language."""
    for code, title, other in (("zh", "总览", "导入"), ("en", "Overview", "Import")):
        (tmp_path / code).mkdir()
        (tmp_path / code / "start.md").write_text(
            f"# {title}\n\n<script>alert(1)</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
        )
        (tmp_path / code / "import.md").write_text(f"# {other}\n\n[x](javascript:alert(1)) **bold**\n")
    monkeypatch.setattr(guide, "FOLDER", tmp_path)
    for kept in (guide.pages, guide.html_of, guide.plain_text):
        kept.cache_clear()
    yield tmp_path
    for kept in (guide.pages, guide.html_of, guide.plain_text):
        kept.cache_clear()


def text(answer):
    return answer.content.decode()


def test_a_page_is_shown_with_the_list_of_the_others(lin, written):
    page = text(desk(lin).get("/guide/import/"))
    assert "<strong>bold</strong>" in page and "总览" in page
    assert "/guide/start/" in page


def test_html_and_scripts_in_a_page_do_not_run(lin, written):
    assert "<script>alert" not in text(desk(lin).get("/guide/start/"))
    assert "<table>" in text(desk(lin).get("/guide/start/"))
    assert 'href="javascript:' not in text(desk(lin).get("/guide/import/"))


def test_the_drawer_gets_the_text_alone(lin, written):
    fragment = text(desk(lin).get("/guide/import/", HTTP_X_REQUESTED_WITH="fetch"))
    assert "<html" not in fragment and "<h1>导入</h1>" in fragment


def test_the_guide_opens_at_its_first_page_and_a_strange_one_is_not_found(lin, written):
    assert "总览" in text(desk(lin).get("/guide/"))
    assert desk(lin).get("/guide/nonsense/").status_code == 404


def test_every_page_of_the_desk_knows_the_guide_page_about_it(lin):
    for path, about in (
        ("/", "today"),
        ("/clients/", "clients"),
        ("/clients/7/", "client"),
        ("/import/3/", "import"),
        ("/staff/roles/", "staff"),
        ("/me", "sign-in"),
        ("/elsewhere", "start"),
    ):
        assert guide.guide_for(path) == f"/guide/{about}/"
    assert "/guide/import/" in text(desk(lin).get("/import/"))


def test_both_languages_have_the_same_pages():
    zh, en = ({p.stem for p in (guide.FOLDER / code).glob("*.md")} for code in ("zh", "en"))
    assert zh == en


def test_the_guide_is_searched_by_every_word_titles_first(lin, written):
    (written / "zh" / "import.md").write_text("# 导入\n\n撤销**这次导入**，原值恢复。\n")
    (written / "zh" / "start.md").write_text("# 总览\n\n先导入表格。<script>x</script>\n")
    assert [hit["name"] for hit in guide.search("导入", "zh")] == ["import", "start"]
    assert [hit["name"] for hit in guide.search("撤销 导入", "zh")] == ["import"]
    page = text(desk(lin).get("/guide/start/?q=撤销"))
    assert "这次导入" in page and 'value="撤销"' in page
    assert "没有找到" in text(desk(lin).get("/guide/start/?q=%3Cscript%3Enothing"))
