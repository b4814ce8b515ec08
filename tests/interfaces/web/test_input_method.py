"""Chinese is typed into a cell of the list by an input method: the first key opens the cell, Enter within a composition
chooses a word and does not end the cell. The browser's own composition events are made, not imitated."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.interfaces.web.hands import browsers

pytestmark = pytest.mark.django_db(transaction=True)
CELL = ".tabulator-row:has-text('张三') [tabulator-field=occupation]"
PROCESS = {
    "windowsVirtualKeyCode": 229,
    "key": "Process",
    "code": "KeyL",
}  # the value of a key while an input method reads it


def test_a_word_is_composed_in_a_selected_cell_and_saved(live_server, lin):
    with acting(lin):
        zhang = perform("clients.create", {"name": "张三", "code": "C0001", "occupation": "教师"})
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        page.goto(f"{live_server.url}/clients/")
        page.locator(CELL).click()
        page.evaluate(
            "() => { window.composed = []; for (const kind of ['compositionstart', 'compositionend'])"
            " addEventListener(kind, (event) => window.composed.push(`${kind}:${event.data}`), true); }"
        )
        keys = page.context.new_cdp_session(page)
        keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **PROCESS})
        keys.send("Input.imeSetComposition", {"text": "lvshi", "selectionStart": 5, "selectionEnd": 5})
        keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **PROCESS, "code": "Enter"})
        assert page.locator(f"{CELL} input").count() == 1, "the Enter of the input method left the cell open"
        keys.send("Input.insertText", {"text": "律师"})
        assert page.locator(f"{CELL} input").input_value() == "律师"
        assert page.evaluate("() => window.composed.map((one) => one.split(':')[0])") == [
            "compositionstart",
            "compositionend",
        ]
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{CELL}:has-text('律师'):not(.grid-cell--saving)")
        assert page.complaints == []
    with as_system():
        assert Client.objects.get(pk=zhang.pk).occupation == "律师"
