"""The board of opportunities by keyboard and by dragging, checked with axe."""

import pytest

from dakehu.domains.growth.models import Opportunity
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.interfaces.web.hands import browsers, until

pytestmark = pytest.mark.django_db(transaction=True)


def stage_of(row):
    with as_system():
        return Opportunity.objects.select_related("stage").get(pk=row.pk).stage.code


def test_a_card_moves_by_keys_by_dragging_and_to_lost_with_a_reason(live_server, lin, zhou, zhang):
    with acting(zhou):
        perform("growth.set_up_pipelines", {})
    with acting(lin):
        row = perform("growth.open_opportunity", {"client": "C0001", "subject": "收益凭证", "amount": "5000000"})
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        page.goto(f"{live_server.url}/opportunities/")
        card = f"[data-deal='{row.pk}']"
        in_stage = 'document.querySelector("' + card + "\").closest('[data-stage]').dataset.name"
        page.focus(card)
        page.keyboard.press("ArrowRight")
        until(page, f"{in_stage} === '需求确认'")
        until(page, f"document.activeElement?.dataset?.deal === '{row.pk}'")
        assert stage_of(row) == "new-2"
        page.drag_and_drop(card, "[data-name='方案沟通'] .board__cards")
        until(page, f"{in_stage} === '方案沟通'")
        assert stage_of(row) == "new-3"
        for name in ("开户办理", "赢单"):
            until(page, f"document.activeElement?.dataset?.deal === '{row.pk}'")
            page.keyboard.press("ArrowRight")
            until(page, f"{in_stage} === '{name}'")
        until(page, f"document.activeElement?.dataset?.deal === '{row.pk}'")
        page.keyboard.press("ArrowRight")
        page.wait_for_selector("#act[open] select[name=loss_reason]")
        page.select_option("#act select[name=loss_reason]", "competitor")
        page.locator("#act button[type=submit]").press("Enter")
        until(page, f"{in_stage} === '输单'")
        assert stage_of(row) == "new-6"
        assert page.complaints == []
