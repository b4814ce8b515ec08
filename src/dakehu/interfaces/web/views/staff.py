"""Staff, roles, branches and teams: a list for users who may read it, actions for the administrator."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dakehu.domains.ledger.performance import rollups
from dakehu.domains.team import credentials, role_changes
from dakehu.domains.team import queries as team
from dakehu.domains.team.roles import ROLES
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission, label_of
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates import perform, render_row, render_rows
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web import forms

SHOWN = ["username", "name", "role", "team", "is_active", "last_login", "must_change"]
TONES = {"manager": "accent", "lead": "violet", "compliance": "warn", "analyst": "teal", "admin": ""}
NOTE = bilingual("人员、角色、营业部与团队", "Staff, roles, branches and teams")


def people(request: HttpRequest) -> HttpResponse:
    rows = team.users()
    who, role, state = (request.GET.get(name, "").strip() for name in ("q", "role", "state"))
    if who:
        rows = rows.filter(name__icontains=who) | rows.filter(username__icontains=who)
    if role:
        rows = rows.filter(role=role)
    if state != "all":
        rows = rows.filter(is_active=True)
    listed = list(rows.select_related("team__branch"))
    shown = render_rows(listed, SHOWN, shown=True)
    for row, user in zip(shown, listed, strict=True):
        row |= {
            "role": user.role_text,
            "tone": TONES.get(str(user.role), ""),
            "active": user.is_active,
            "seen": user.last_login,
            "first": user.must_change,
        }
        row["branch"] = user.team.branch.name if user.team and user.team.branch else ""
    return _page(
        request,
        "staff/people.html",
        "staff",
        rows=shown,
        q=who,
        role=role,
        state=state,
        roles=[("", bilingual("所有角色", "Every role")), *((name, r.name.text) for name, r in ROLES.items())],
        states=[("", bilingual("启用", "Active")), ("all", bilingual("含已停用", "With those inactive"))],
        labels=_labels(),
        waiting=role_changes.waiting_changes() if current_actor().may(Permission.ROLE_CONFIRM) else [],
    )


def roles(request: HttpRequest) -> HttpResponse:
    rows = team.roles()
    counted: dict[str, int] = {}
    for role in team.users().filter(is_active=True).values_list("role", flat=True):
        counted[str(role)] = counted.get(str(role), 0) + 1
    for row in rows:
        row |= {
            "count": counted.get(row["role"], 0),
            "tone": TONES.get(row["role"], ""),
            "sees": REACH[row["reach"]],
            "clear": row["clearance"] == "secret",
            "rights": [label_of(code) for code in row["permissions"]],
        }
    return _page(request, "staff/roles.html", "staff-roles", rows=rows)


def teams(request: HttpRequest) -> HttpResponse:
    team.branches()  # checks the right to read before a form is shown
    posted = request.POST.get("action", "")
    faults: dict[str, Any] = {}
    if request.method == "POST":
        if posted not in ("team.create_branch", "team.create_team"):
            raise NotFound(bilingual("操作", "action"), posted)
        try:
            made = perform(posted, forms.answers(ACTIONS[posted], request.POST, changing=False))
            messages.success(request, str(bilingual("已新增“{name}”。", "Added “{name}”.", name=made.name)))
            return redirect("staff-teams")
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            faults = refused.as_plain()
    listed = list(team.teams().select_related("branch"))
    members: dict[int, list[str]] = {}
    for user in team.users().filter(is_active=True):
        members.setdefault(user.team_id, []).append(user.name)
    rows, branches = render_rows(listed, shown=True), render_rows(list(team.branches()), shown=True)
    sums = _group_figures()
    for row in rows:
        row |= {"members": members.get(row["id"], []), "sums": sums["team"].get(row["id"])}
    for row in branches:
        row["sums"] = sums["branch"].get(row["id"])
    asked = {
        name: forms.questions(ACTIONS[name], request.POST if posted == name else {}, faults if posted == name else {})
        for name in ("team.create_branch", "team.create_team")
    }
    return _page(
        request,
        "staff/teams.html",
        "staff-teams",
        status=422 if faults else 200,
        teams=rows,
        branches=branches,
        with_sums=any(sums.values()),
        figure_labels=labels_of("ledger.Figures"),
        sums_as_of=max((row["as_of"] for rows in sums.values() for row in rows.values()), default=""),
        branch_form=asked["team.create_branch"],
        team_form=asked["team.create_team"],
        labels=_labels(),
        whole=faults.get("", []),
        posted=posted,
    )


def _group_figures() -> dict[str, dict[int, dict[str, Any]]]:
    """Return figures of branches and teams by id, of visible clients; none for readers who may not see money."""
    actor = current_actor()
    if not actor.may(Permission.LEDGER_READ) or actor.clearance < PERSONAL:
        return {"branch": {}, "team": {}}
    return {
        "branch": {row["branch"]: row for row in rollups.branch_figures()},
        "team": {row["team"]: row for row in rollups.team_figures()},
    }


def add(request: HttpRequest) -> HttpResponse:
    return _form(
        request,
        "team.add_user",
        {},
        bilingual("新增人员", "Add a member of staff"),
        done=lambda user: bilingual(
            "已新增{name}；首次登录须修改密码。",
            "Added {name}, who must change the password at the first sign-in.",
            name=user.name,
        ),
        hint=bilingual(
            "把初始密码当面或电话告诉本人；首次登录必须修改。",
            "Tell the first password in person or by phone; it must be changed at the first sign-in.",
        ),
    )


def change(request: HttpRequest, pk: int) -> HttpResponse:
    user = _user(pk)
    return _form(
        request,
        "team.change_user",
        render_row(user),
        bilingual("修改人员", "Change a member of staff"),
        user=user,
        done=lambda changed: bilingual("已保存{name}的资料。", "Saved {name}.", name=changed.name),
        hint=bilingual(
            "停用后立即不能登录；名下客户与记录保留，请先移交。",
            "Deactivated staff cannot sign in; their clients and records stay, so hand them over first.",
        ),
    )


def password(request: HttpRequest, pk: int) -> HttpResponse:
    user = _user(pk)
    return _form(
        request,
        "team.reset_password",
        {},
        bilingual("重置密码", "Reset a password"),
        user=user,
        done=lambda changed: bilingual(
            "已重置{name}的密码；下次登录须修改。",
            "Reset the password of {name}, to be changed at the next sign-in.",
            name=changed.name,
        ),
        hint=bilingual(
            "至少 10 位，不能全是数字或常见密码。", "At least 10 characters; not all digits, not a common one."
        ),
    )


def tokens(request: HttpRequest, pk: int) -> HttpResponse:
    """The tokens of one person, each with a way to end it."""
    user = _user(pk)
    if request.method == "POST":
        perform("team.end_token", {"token": request.POST.get("token", "")})
        messages.success(request, str(bilingual("已停用令牌。", "The token is revoked.")))
        return redirect("staff-tokens", pk=pk)
    rows = credentials.staff_tokens(user=user)
    title = bilingual("{name}的访问令牌", "API tokens of {name}", name=user.name)
    crumbs = [{"label": bilingual("人员", "Staff"), "url": "/staff/"}]
    return _page(request, "staff/tokens.html", "staff", title=title, rows=rows, person=user, crumbs=crumbs)


def second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    user = _user(pk)
    return _form(
        request,
        "team.reset_second_factor",
        {},
        bilingual("重置两步登录", "Reset the second factor"),
        user=user,
        done=lambda changed: bilingual(
            "已重置{name}的两步登录，本人会看到提醒。",
            "Reset the second factor of {name}, who will see a notice.",
            name=changed.name,
        ),
        hint=bilingual(
            "手机或密钥丢失时使用：移除验证码、通行密钥和恢复码，下次登录只需密码。请先当面或电话核实本人。",
            "For lost phones or keys: removes codes, passkeys and recovery codes, so the next sign-in takes the password alone. Make sure of the person first.",
        ),
    )


def end_duty(request: HttpRequest, pk: int) -> HttpResponse:
    """End the additional administrator role of a user."""
    user = _user(pk)
    return _form(
        request,
        "team.end_admin_duty",
        {},
        bilingual("结束兼任管理员", "End the duty of an administrator"),
        user=user,
        done=lambda changed: bilingual("{name}不再兼任管理员。", "{name} no longer administers.", name=changed.name),
        hint=bilingual(
            "业务与管理分开：另有管理员后，请结束首位人员的兼任；结束后不能恢复。",
            "Business and administration apart: once somebody else administers, end the first person's duty. It does not come back.",
        ),
    )


def _user(pk: int) -> Any:
    user = team.users().filter(pk=pk).first()
    if user is None:
        raise NotFound(bilingual("人员", "user"), pk)
    return user


def _form(
    request: HttpRequest,
    name: str,
    values: dict[str, Any],
    title: Bilingual,
    *,
    done: Any,
    hint: Bilingual,
    user: Any = None,
) -> HttpResponse:
    """Render one action as a form: show, perform, report; errors are shown at their question."""
    action = ACTIONS[name]
    if not current_actor().may(action.needs):
        raise NotAllowed(action.label, action.needs)
    faults: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        raw = forms.answers(action, request.POST, changing=user is not None and name == "team.change_user")
        raw.pop("user", None)
        try:
            made = perform(name, {**raw, **({"user": user.pk} if user else {})})
            messages.success(request, str(done(made)))
            return redirect("staff")
        except (NotAllowed, NotFound):
            raise
        except Conflict as conflict:
            faults, status = conflict.as_plain(), 409
            values, user = render_row(_user(user.pk)), _user(user.pk)
        except Refused as refused:
            faults, status = refused.as_plain(), 422
            values = {**values, **raw}
    asked = forms.questions(action, values, faults, leave_out=("user", "version"))
    version = values.get("row_version", "")
    return _page(
        request,
        "staff/form.html",
        "staff",
        status=status,
        title=title,
        questions=asked,
        whole=faults.get("", []),
        person=user,
        version=version,
        hint=hint,
        action=action,
        crumbs=[{"label": bilingual("人员", "Staff"), "url": "/staff/"}],
    )


def _labels() -> dict[str, str]:
    """Return the headings of the lists, from the facts of their fields."""
    from dakehu.foundation.schema.fields import described_fields, model_of

    return {
        f"{model.lower()}_{n}": facts.label
        for model in ("User", "Team", "Branch")
        for n, _, facts in described_fields(model_of(f"team.{model}"))
    }


def _page(request: HttpRequest, template: str, here: str, *, status: int = 200, **context: Any) -> HttpResponse:
    tabs = [
        ("staff", bilingual("人员", "Staff")),
        ("staff-roles", bilingual("角色与权限", "Roles and rights")),
        ("staff-teams", bilingual("营业部与团队", "Branches and teams")),
    ]
    context.setdefault("page_title", context.pop("title", bilingual("人员与权限", "Staff and rights")))
    may_write = current_actor().may(Permission.TEAM_WRITE)
    return render(
        request,
        template,
        {"page_note": NOTE, "tabs": tabs, "here": here, "may_write": may_write, **context},
        status=status,
    )


REACH = {
    "none": bilingual("看不到客户", "Sees no client"),
    "covered": bilingual("只看到自己（或本队）名下的客户", "Sees the clients they (or their team) cover"),
    "all": bilingual("看到全部客户，隔离墙内除外", "Sees every client outside information walls"),
    "across": bilingual("看到全部客户，含隔离墙内", "Sees every client, across walls"),
}
