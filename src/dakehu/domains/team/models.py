"""Models of staff, branches, teams, tokens, devices, notices and saved views."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names


class Branch(Recorded):
    """A branch of the firm (营业部)."""

    names = Names("营业部", "Branch", "Branches")

    code = field(models.CharField(max_length=20, unique=True), zh="营业部编号", en="Branch code", listed=True)
    name = field(
        models.CharField(max_length=80, unique=True),
        zh="营业部",
        en="Branch",
        aliases=("分支机构", "网点"),
        listed=True,
    )
    city = field(models.CharField(max_length=40, blank=True, default=""), zh="城市", en="City", listed=True)
    lookup_fields = ("code", "name")

    def __str__(self) -> str:
        return self.name


class Team(Recorded):
    """A team of managers (团队)."""

    names = Names("团队", "Team", "Teams")

    name = field(models.CharField(max_length=80, unique=True), zh="团队", en="Team", listed=True)
    branch = field(
        models.ForeignKey(Branch, null=True, blank=True, on_delete=models.PROTECT, related_name="teams"),
        zh="营业部", en="Branch", listed=True,
    )  # fmt: skip
    lookup_fields = ("name",)

    def __str__(self) -> str:
        return self.name


class Theme(Choices):
    """Colour theme of the interface."""

    AUTO = "auto", "跟随系统", "As the system"
    LIGHT = "light", "浅色", "Light"
    DARK = "dark", "深色", "Dark"


class Language(Choices):
    """Language of the interface."""

    ZH = "zh", "简体中文", "简体中文 (Chinese)", ("中文",)
    EN = "en", "English", "English", ("英文",)


class User(AbstractBaseUser, Recorded):
    """A member of staff who can sign in."""

    names = Names("人员", "Staff member", "Staff")

    username = field(
        models.CharField(max_length=60, unique=True),
        zh="登录名",
        en="User name",
        aliases=("工号", "用户名"),
        listed=True,
    )
    name = field(models.CharField(max_length=60), zh="姓名", en="Name", listed=True)
    role = field(choice_field(RoleName, default=RoleName.MANAGER), zh="角色", en="Role", listed=True)
    team = field(
        models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="members"),
        zh="团队", en="Team", listed=True,
        help_zh="客户经理和团队负责人请选择团队；负责人看到本团队成员的客户，其他角色可以留空",
        help_en="For managers and leads: a lead sees the clients of the team's members; other roles need none",
    )  # fmt: skip
    mail = field(models.EmailField(blank=True, default=""), zh="邮箱", en="Mail", listed=True)
    has_admin_duty = field(
        models.BooleanField(default=False), zh="兼任管理员", en="Also administrator", editable=False,
        help_zh="首位人员在另有管理员之前兼任", help_en="The first person, until somebody else administers",
    )  # fmt: skip
    is_active = field(models.BooleanField(default=True), zh="启用", en="Active", listed=True)
    must_change = field(models.BooleanField(default=False), zh="须改密码", en="Must change password")
    language = field(choice_field(Language, default=Language.ZH), zh="语言", en="Language")
    theme = field(choice_field(Theme, default=Theme.AUTO), zh="外观", en="Theme")
    preferences = models.JSONField(default=dict, blank=True)
    stands_in_for = models.JSONField(
        default=list, blank=True
    )  # [{user, first_on, last_on}]: see rules.absent_colleagues
    last_login = field(
        models.DateTimeField(null=True, blank=True), zh="最近登录", en="Last sign-in", editable=False, listed=True
    )

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []
    lookup_fields = ("username", "name")

    def __str__(self) -> str:
        return self.name

    @property
    def role_text(self) -> str:
        """Return the role, with the duty of an administrator if any, in the reader's language."""
        role = RoleName(str(self.role)).text
        duty = bilingual("{role} · 兼管理员", "{role} · also administrator", role=role)
        return str(duty) if self.has_admin_duty else role

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Return False: permissions are checked by actions and queries."""
        return False  # permissions come from roles through the actor, never from Django's tables

    def has_module_perms(self, label: str) -> bool:
        """Return False; see has_perm."""
        return False


class Token(Recorded):
    """An API token, shown once and stored as a hash."""

    names = Names("访问令牌", "Token", "Tokens")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = field(models.CharField(max_length=80), zh="用途", en="Purpose", listed=True)
    scopes = field(models.JSONField(default=list), zh="权限范围", en="Scopes", listed=True)
    hint = field(models.CharField(max_length=12), zh="末位", en="Ends in", listed=True, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    expires_on = field(models.DateField(), zh="到期日", en="Expires on", listed=True)
    read_only = field(
        models.BooleanField(default=False), zh="只读", en="Read only", listed=True,
        help_zh="只能查询，不能写入", help_en="May ask, may not write",
    )  # fmt: skip
    last_used_on = field(
        models.DateField(null=True, blank=True), zh="最近使用", en="Last used", listed=True, editable=False
    )
    revoked = field(models.BooleanField(default=False), zh="已停用", en="Revoked", listed=True)


class Device(Recorded):
    """A browser that has signed in before, recognised by the stored hash of its cookie."""

    names = Names("登录设备", "Device", "Devices")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    name = field(models.CharField(max_length=80), zh="设备", en="Device", listed=True)
    address = field(models.CharField(max_length=60), zh="地址", en="Address", listed=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_device_per_cookie")]


class NoticeKind(Choices):
    """Kind of a notice."""

    NEW_DEVICE = "new_device", "新设备登录", "Sign-in from a new device"
    SECOND_RESET = "second_reset", "两步登录被重置", "Second factor reset"
    PASSWORD_RESET = "password_reset", "密码被重置", "Password reset"
    ROLE_CHANGED = "role_changed", "角色变更", "Role changed"
    ROLE_WAITING = "role_waiting", "角色变更待确认", "Change of role waits"
    HANDED_OVER = "handed_over", "客户移交", "Clients handed over"


class Notice(Recorded):
    """A notice to one user, shown until read.

    `detail` is in Chinese and `detail_en` in English; rows of earlier versions have one text for both.
    """

    names = Names("登录提醒", "Sign-in notice", "Sign-in notices")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = field(choice_field(NoticeKind), zh="事项", en="What", listed=True)
    detail = field(models.CharField(max_length=160, blank=True, default=""), zh="详情", en="Detail", listed=True)
    detail_en = models.CharField(max_length=320, blank=True, default="")
    read = field(models.BooleanField(default=False), zh="已读", en="Read", listed=True)

    @property
    def text(self) -> Bilingual:
        """Return the detail; rows of earlier versions have one text for both languages."""
        return Bilingual(self.detail, self.detail_en or self.detail)


class RoleChangeState(Choices):
    WAITING = "waiting", "待确认", "Waiting"
    CONFIRMED = "confirmed", "已确认", "Confirmed"
    REFUSED = "refused", "已拒绝", "Refused"


class RoleChange(Recorded):
    """A requested change of a user's role that takes effect once a second person confirms it."""

    names = Names("角色变更", "Change of role", "Changes of role")

    user = field(
        models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_changes"),
        zh="人员",
        en="User",
        listed=True,
    )
    role = field(choice_field(RoleName), zh="角色", en="Role", listed=True)
    asked_by = field(
        models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+"), zh="提出人", en="Asked by",
        listed=True,
    )  # fmt: skip
    state = field(choice_field(RoleChangeState, default=RoleChangeState.WAITING), zh="状态", en="State", listed=True)
    decided_by = field(
        models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+"), zh="决定人", en="Decided by",
        listed=True,
    )  # fmt: skip


class SavedView(Recorded):
    """A saved list view: columns, filters, order."""

    names = Names("视图", "View", "Views")

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="views")
    page = field(models.CharField(max_length=40), zh="页面", en="Page")
    name = field(models.CharField(max_length=60), zh="视图", en="View", listed=True)
    shared = field(models.BooleanField(default=False), zh="与团队共享", en="Shared with the team", listed=True)
    state = field(models.JSONField(default=dict), zh="列与筛选", en="Columns and filters")
