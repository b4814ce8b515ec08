"""A file that names branches and colleagues not yet recorded on a new desk."""

import pytest

from dakehu.domains.clients import queries as clients
from dakehu.domains.team import first_account
from dakehu.domains.team import queries as team
from dakehu.exchange.imports import service as imports
from dakehu.exchange.imports import unknown_names
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.gates import ask
from dakehu.foundation.imports import batches
from dakehu.foundation.jobs.progress import no_progress
from tests.cast import PASSWORD, acting, as_system
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.postgres

TABLE = (
    "姓名,手机,营业部,客户经理\n张三,13800138000,上海营业部,王强\n李四,13900139000,北京营业部,王强\n"
    "王五,13700137000,上海营业部,林晓\n"
).encode()


def first_person(firm="财富团队"):
    with as_system():
        return first_account.set_up_desk(name="林晓", password=PASSWORD, firm=firm)


def tried(content=TABLE):
    batch = imports.open_upload("全队客户.csv", content)
    imports.dry_run_batch(no_progress, batch=batch.pk)
    return batches.get_own(batch.pk)


def try_again(batch):
    imports.dry_run_batch(no_progress, batch=batch.pk)
    return batches.report_of(batches.get_own(batch.pk))


def test_the_lead_of_a_new_desk_enters_them_at_once_and_each_client_has_its_manager(db):
    lin = first_person()
    with acting(lin):
        batch = tried()
        names = unknown_names.unknown_names(batches.report_of(batch))
        assert (names.branches, names.people) == (["上海营业部", "北京营业部"], ["王强"])
        unknown_names.enter_unknown_names(batch.pk)
    wang = team.find_user("wangqiang")
    assert (wang.name, wang.team, wang.must_change) == ("王强", lin.team, True)
    with acting(lin):
        assert try_again(batch)["errors"] == 0
        imports.apply_batch(no_progress, batch=batch.pk)
        served = {
            row.name: [duty["user"]["name"] for duty in ask("clients.coverage", {"client": row.pk})["rows"]]
            for row in clients.clients()
        }
    assert served == {"张三": ["王强"], "李四": ["王强"], "王五": ["林晓"]}


def test_who_serves_alone_enters_branches_and_no_colleagues(db):
    with acting(first_person(firm="")):
        names = unknown_names.unknown_names(batches.report_of(tried()))
    assert names.branches and names.people == []


def test_who_may_not_keep_the_staff_is_offered_nothing_and_enters_nobody(lin, an):
    with acting(lin):
        batch = tried()
        assert not unknown_names.unknown_names(batches.report_of(batch))
        assert not unknown_names.enter_unknown_names(batch.pk)
    with acting(an), pytest.raises(NotAllowed):
        unknown_names.enter_unknown_names(batch.pk)


def test_two_colleagues_of_one_spelling_get_two_user_names(db):
    with acting(first_person()):
        batch = tried("姓名,手机,客户经理\n张三,13800138000,王强\n李四,13900139000,王墙\n".encode())
        unknown_names.enter_unknown_names(batch.pk)
        assert {u.username for u in team.users() if u.name != "林晓"} == {"wangqiang", "wangqiang2"}


def test_the_preview_lists_them_and_enters_them_with_one_click(db):
    lin = first_person()
    with acting(lin):
        batch = tried()
    browser = desk(lin)
    page = browser.get(f"/import/{batch.pk}/").content.decode()
    assert "登记并重新预览" in page and "王强" in page
    assert "登记并重新预览" in browser.get(f"/import/{batch.pk}/corrections/").content.decode()
    assert browser.post(f"/import/{batch.pk}/names")["Location"] == f"/import/{batch.pk}/"
    with as_system():
        assert {row.name for row in team.branches()} == {"上海营业部", "北京营业部"}
