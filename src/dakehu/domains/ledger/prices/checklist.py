"""The administrator's checklist: whether there are prices."""

from datetime import timedelta

from django.conf import settings

from dakehu.domains.ledger.models import PriceFile
from dakehu.domains.team.setup_checklist import State, checklist_item
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual


@checklist_item("prices", zh="导入行情", en="Import prices", url="/import/", needs=Permission.IMPORT, order=50)
def _prices() -> State:
    day = PriceFile.objects.order_by("-day").values_list("day", flat=True).first()
    if day is None:
        return False, bilingual(
            "还没有行情：由团队负责人或客户经理导入，或放入每晚运行的文件夹",
            "There are none yet: a lead or manager imports them, or they lie in the folder of the nightly run",
        )
    words = bilingual("最近一天 {day}", "The latest day is {day}", day=day.isoformat())
    return day >= clock.today() - timedelta(days=settings.PRICES_STALE_DAYS), words
