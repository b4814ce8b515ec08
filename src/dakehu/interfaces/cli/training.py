"""The training desk: the demonstration's invented clients, used by the staff of the desk next to it.

Its data directory is `training` in that of the desk (see interfaces.training_environment); it sends nothing
(foundation.base.network_gate).
"""

from pathlib import Path

from django.conf import settings

from dakehu.foundation.base import network_gate
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces.cli import demo, server, start_state
from dakehu.interfaces.side_desk import SIGN_INS


def main(host: str, port: int, *, reset: bool = False, serve: bool = True) -> int:
    """Prepare the training desk if needed, reset it if requested, and serve it."""
    home = Path(settings.DAKEHU_HOME)
    table = home / SIGN_INS
    if start_state.is_kept(home) and (reset or not table.exists()):
        start_state.restore(home)
        server.tell(bilingual("已还原到初始状态。", "Put back to the start."))
    server.make_ready()
    if not table.exists():
        demo.prepare(table)
        start_state.keep(home)
    if not serve:
        return 0
    network_gate.allow_port(port)
    ready = bilingual(
        "练习台已就绪，请从正式工作台的“练习”页面进入：",
        "The training desk is ready; enter it from “Practice” of the desk:",
    )
    return server.serve(host, port, browser=False, announce=lambda address: print(f"{ready}\n  {address}", flush=True))
