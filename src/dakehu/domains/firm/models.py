"""The settings of the firm: one row; an empty field means the default."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names


def _number(zh: str, en: str, *, least: int, most: int, help_zh: str, help_en: str) -> models.Field:  # type: ignore[type-arg]
    return field(
        models.PositiveIntegerField(
            null=True, blank=True, validators=[MinValueValidator(least), MaxValueValidator(most)]
        ),
        zh=zh, en=en, help_zh=help_zh, help_en=help_en, listed=True,
    )  # fmt: skip


class FirmSettings(Recorded):
    """The values set by the administrator in the browser. Each field is the setting of the same name in capitals."""

    names = Names("机构设置", "Firm settings", "Firm settings")

    rise_is_red = field(
        models.BooleanField(null=True, blank=True), zh="红涨绿跌", en="Rising is red", listed=True,
        help_zh="不勾选为绿涨红跌；每个人仍可在自己的菜单里改", help_en="Unticked: rising is green; everybody may choose otherwise in the own menu",
    )  # fmt: skip
    session_hours = _number(
        "登录保持小时数", "Hours a sign-in lasts", least=1, most=72,
        help_zh="1–72 小时，下次登录起生效", help_en="1 to 72, from the next sign-in on",
    )  # fmt: skip
    second_factor_roles = field(
        models.CharField(max_length=120, blank=True, default=""), zh="必须两步登录的角色", en="Roles with a second factor",
        help_zh="下次登录时须先设好第二步；环境变量里写明的角色不能在这里取消",
        help_en="They set it up at the next sign-in; roles that the environment names stay",
    )  # fmt: skip
    benchmark = field(
        models.CharField(max_length=20, blank=True, default=""), zh="默认业绩基准", en="Default benchmark", listed=True,
        example="000300.SH", help_zh="指数代码加市场，如 000300.SH（沪深300）", help_en="Code and market of an index, such as 000300.SH",
    )  # fmt: skip
    prices_stale_days = _number(
        "行情最多可旧几天", "Days a price may be old", least=1, most=60,
        help_zh="结算时超过这么多天没有行情的证券会停下来问", help_en="At the close; an older price stops it",
    )  # fmt: skip
    calls_per_day = _number(
        "急跌后每人每天致电数", "Calls a day after a fall", least=1, most=500,
        help_zh="市场急跌名单按此分配，超出的转协办或团队负责人", help_en="The list after a fall of the market is shared out by it; the rest goes to deputies and leads",
    )  # fmt: skip
    requests_per_minute = _number(
        "每人每分钟请求数", "Requests a minute", least=60, most=100_000,
        help_zh="每个网页进程各自计数；导出、上传等计多次", help_en="Each web process counts; exports and uploads count for several",
    )  # fmt: skip
    upload_mb = _number(
        "上传文件上限（MB）", "Largest upload (MB)", least=1, most=2000,
        help_zh="导入的表格", help_en="Of tables to import",
    )  # fmt: skip
    attachment_mb = _number(
        "客户文件上限（MB）", "Largest client file (MB)", least=1, most=2000,
        help_zh="存在客户名下的一份文件", help_en="A file kept with a client",
    )  # fmt: skip
    nightly_at = field(
        models.CharField(max_length=5, blank=True, default=""), zh="每晚处理的时间", en="Time of the nightly run", listed=True,
        example="18:30", help_zh="24 小时制，如 18:30；留空为只手动运行", help_en="24 hours, such as 18:30; empty: by hand only",
    )  # fmt: skip
    assistants = field(
        models.BooleanField(null=True, blank=True), zh="允许 AI 助手查询", en="Assistants may ask", listed=True,
        help_zh="默认关闭。开启后，持个人令牌的 AI 助手（MCP）可以查询该人员看得到的内容，不能写入；查到的内容会离开系统",
        help_en="Off by default. An assistant (MCP) with a person's token may then ask what that person may see, and write nothing; what it is told leaves the desk",
    )  # fmt: skip
    watermark = field(
        models.BooleanField(null=True, blank=True), zh="屏幕水印", en="Watermark on screens", listed=True,
        help_zh="每页背景显示查看人的姓名、登录名和时间；导出的文件总是写明导出人和时间",
        help_en="Every page shows who looks at it and when; exported files always say who made them",
    )  # fmt: skip
    read_log_days = _number(
        "查阅记录保存天数", "Days the read log is kept", least=180, most=10_000,
        help_zh="谁打开过哪位客户；至少 180 天", help_en="Who opened which client; at least 180",
    )  # fmt: skip
    supervised_export = _number(
        "导出审批的客户数", "Clients from which exports are approved", least=0, most=1_000_000,
        help_zh="导出的客户多于此数须由另一人批准；0 为不要求", help_en="An export of more clients is approved by somebody else; 0 switches that off",
    )  # fmt: skip
    risk_test_days = _number(
        "风险测评有效天数", "Days a risk test holds", least=30, most=730,
        help_zh="最多 730 天；问卷版本写得更短的，按更短的", help_en="730 at most; where the questionnaire says less, that counts",
    )  # fmt: skip
    supervised_personal = _number(
        "含个人信息的导出审批的客户数", "Clients from which exports with personal values are approved", least=0, most=1_000_000,
        help_zh="姓名、资产等不脱敏的导出适用；0 为与上一项相同", help_en="For exports whose names and amounts are not masked; 0: as above",
    )  # fmt: skip
