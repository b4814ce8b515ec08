"""The pool (公海): its rules as data, each person's claims and views, and the history."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.growth.choices import PoolEventKind
from dakehu.domains.growth.models.prospect import Prospect
from dakehu.domains.growth.visibility import Behind
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

MASKED = "name,employer"


def _whole(
    default: int, most: int, zh: str, en: str, help_zh: str = "", help_en: str = "", group: str = "limits"
) -> Any:
    return field(models.PositiveIntegerField(default=default, validators=[MinValueValidator(0), MaxValueValidator(most)]),
                 group=group, zh=zh, en=en, help_zh=help_zh, help_en=help_en, listed=True)  # fmt: skip


class Pool(Recorded):
    """A pool of prospects with its rules. Every number is a house default [D], not a rule of law; 0 switches a rule off.

    Days of recycling are working days: days without trading and days on which the owner is away do not count.
    """

    names = Names("公海", "Pool", "Pools")
    is_chosen_from_list = True
    lookup_fields = ("name",)
    field_groups = {
        "pool": bilingual("公海", "Pool"), "limits": bilingual("领取与查看上限", "Limits"),
        "recycling": bilingual("自动收回", "Recycling"), "": bilingual("其他", "Other"),
    }  # fmt: skip

    name = field(
        models.CharField(max_length=80, unique=True),
        group="pool",
        zh="公海名称",
        en="Name",
        listed=True,
        example="东区公海",
    )
    team = field(models.ForeignKey("team.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), group="pool",
                 zh="可领取团队", en="Team that may claim", listed=True, help_zh="空白表示所有团队", help_en="Empty: every team")  # fmt: skip
    is_active = field(models.BooleanField(default=True), group="pool", zh="启用", en="Active", listed=True)
    claims_per_day = _whole(10, 10_000, "每人每日领取上限", "Claims per person and day")
    in_hand = _whole(50, 100_000, "每人在手上限", "In hand per person", "已领取且未转客户、未退回的线索", "Claimed, not returned and no client yet")  # fmt: skip
    views_per_day = _whole(30, 100_000, "每人每日查看上限", "Views in clear per person and day",
                           "查看未打码资料的不同线索数", "Distinct prospects seen unmasked")  # fmt: skip
    masked = field(models.CharField(max_length=200, default=MASKED, blank=True), group="limits", zh="打码字段", en="Masked fields",
                   help_zh="领取前打码：姓名、工作单位、感兴趣的产品、备注，用逗号分隔；电话与邮箱总是打码",
                   help_en="Until claimed: name, employer, interests, remark, with commas; numbers always are")  # fmt: skip
    recycle_days = _whole(30, 3660, "多少工作日无有效联系收回", "Working days without effective contact",
                          "非交易日与跟进人休假不计；0 表示不收回", "Days off do not count; 0: never", group="recycling")  # fmt: skip
    warn_days = _whole(7, 366, "首次预警提前工作日", "First warning, working days before", group="recycling")
    warn_last_days = _whole(1, 366, "末次预警提前工作日", "Last warning, working days before", group="recycling")
    cool_off_days = _whole(30, 3660, "前跟进人禁领天数", "Days the previous owner may not claim", group="recycling")

    def __str__(self) -> str:
        return self.name

    @property
    def masked_fields(self) -> tuple[str, ...]:
        """Return the names of the fields that are masked until a prospect is claimed."""
        return tuple(part.strip() for part in self.masked.split(",") if part.strip())


class PoolCounter(Recorded):
    """One person's claims and views of one pool on their last active day. Its row is locked during a claim or view."""

    names = Names("公海计数", "Pool counter", "Pool counters")

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("team.User", on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    claims = models.PositiveIntegerField(default=0)
    views = models.PositiveIntegerField(default=0)

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["pool", "user"], name="one_pool_counter_a_person")]


class PoolView(Recorded):
    """One prospect of a pool seen unmasked by one person on one day."""

    names = Names("公海查看", "View of a pool", "Views of pools")

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("team.User", on_delete=models.CASCADE, related_name="+")
    prospect = models.ForeignKey(Prospect, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "on", "prospect"], name="one_pool_view_a_day")]


class PoolEvent(ClientRecorded):
    """An event between a prospect and the pool. `user` caused it; `previous` is the owner who lost the prospect by it."""

    names = Names("公海记录", "Pool event", "Pool events")

    client_path = "client"
    retention = TWENTY_YEARS
    objects: Any = Behind("prospect")

    prospect = field(models.ForeignKey(Prospect, on_delete=models.CASCADE, related_name="pool_events"), zh="线索", en="Prospect",
                     listed=True, editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="+"),
                   zh="客户", en="Client", editable=False)  # fmt: skip
    pool = field(
        models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+"),
        zh="公海",
        en="Pool",
        listed=True,
        editable=False,
    )
    kind = field(choice_field(PoolEventKind), zh="事项", en="What", listed=True, editable=False)
    at = field(models.DateTimeField(), zh="时间", en="At", listed=True, editable=False)
    user = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="操作人", en="By",
                 listed=True, editable=False)  # fmt: skip
    previous = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                     zh="原跟进人", en="Owner before", listed=True, editable=False)  # fmt: skip
    reason = field(models.CharField(max_length=300, blank=True, default=""), zh="原因", en="Reason", sensitivity=PERSONAL, listed=True,
                   editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["prospect", "-at"], name="pool_events_of_prospect")]
