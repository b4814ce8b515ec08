"""Second factors: authenticator codes, recovery codes, passkeys.

Stored in django-allauth's table with encrypted secrets (see adapters.py). Every change and use is an action.
"""

import hmac
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError

from dakehu.domains.team.credentials import require_sign_in
from dakehu.domains.team.models import Notice, NoticeKind, User
from dakehu.foundation.access.actor import SIGN_IN, current_actor, serving_strangers
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

TOTP, CODES, PASSKEY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES, Authenticator.Type.WEBAUTHN
PASSKEYS_MAX = 10
NAME = Parameter("name", spec=FieldSpec("名称", "Name"))
CODE = Parameter("code", spec=FieldSpec("验证码", "Code"))


@serving_strangers(SIGN_IN)
def kinds_of(user: Any) -> set[str]:
    """Return the second factors of a user: "totp", "webauthn". Recovery codes alone are not one."""
    factors = Authenticator.objects.filter(user_id=user.pk, type__in=(TOTP, PASSKEY))
    return {str(kind) for kind in factors.values_list("type", flat=True)}


def users_with_one() -> set[int]:
    """Return the ids of users with a second factor."""
    return set(Authenticator.objects.filter(type__in=(TOTP, PASSKEY)).values_list("user_id", flat=True))


@query("team.factors", needs="", zh="我的两步登录", en="My second factors")
def own_factors() -> list[dict[str, Any]]:
    """Return one's own factors without their secrets, and the number of recovery codes left."""
    require_sign_in(bilingual("我的两步登录", "My second factors"))
    rows = Authenticator.objects.filter(user_id=current_actor().user_id).order_by("pk")
    return [
        {
            "id": row.pk,
            "kind": str(row.type),
            "made_at": row.created_at,
            "used_at": row.last_used_at,
            "name": row.data.get("name", ""),
            "left": len(RecoveryCodes(row).get_unused_codes()) if row.type == CODES else None,
        }
        for row in rows
    ]


# --- checking ------------------------------------------------------------------------------------


def check_code(user: User, code: str) -> bool:
    """Return whether an authenticator or recovery code is valid. Each is valid once; its use is recorded."""
    digits = "".join(code.split()).replace("-", "")
    if not digits.isascii() or not digits.isdigit():
        return False
    return bool(use_code(user=user, code=digits))


@action("team.use_code", needs="", zh="使用验证码", en="Use a sign-in code", is_public=False)
def use_code(*, user: User, code: str) -> bool:
    """Use up a sign-in code; return whether it was valid."""
    app = Authenticator.objects.select_for_update().filter(user_id=user.pk, type=TOTP).first()
    counter = _counter_of(app, code) if app else None
    if app is not None and counter is not None:
        app.data["last_counter"] = counter
        _mark_used(app)
        add_audit_note(factor="totp")
        return True
    codes = Authenticator.objects.select_for_update().filter(user_id=user.pk, type=CODES).first()
    if codes is not None and RecoveryCodes(codes).validate_code(code):
        codes.refresh_from_db()
        _mark_used(codes)
        add_audit_note(factor="recovery_codes", left=len(RecoveryCodes(codes).get_unused_codes()))
        return True
    return False


def _counter_of(app: Authenticator, code: str) -> int | None:
    """Return the time step of a valid code, later than the last one used; None if it is not valid."""
    secret, last = get_adapter().decrypt(app.data["secret"]), app.data.get("last_counter", -1)
    for counter in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if counter > last and hmac.compare_digest(code, expected):
            return int(counter)
    return None


def check_passkey(user: User, answer: Any) -> bool:
    """Return whether a passkey of the user answered this session's challenge; its use is recorded."""
    try:
        return bool(use_passkey(user=user, answer=answer))
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return False  # input from the browser is untrusted


@action("team.use_passkey", needs="", zh="使用通行密钥", en="Use a passkey", is_public=False)
def use_passkey(*, user: User, answer: Any) -> bool:
    """Verify a passkey's answer and record its use. Raises where it is not valid."""
    webauthn.parse_authentication_response(answer)
    row = webauthn.complete_authentication(user, answer)
    _mark_used(row)
    add_audit_note(factor="webauthn", name=row.data.get("name", ""))
    return True


@serving_strangers(SIGN_IN)
def begin_passkey(user: User | None) -> Any:
    """Return the challenge for a passkey of a user (None: of any user), and store it in the session."""
    return webauthn.begin_authentication(user)


@serving_strangers(SIGN_IN)
def passkey_owner(answer: Any) -> User | None:
    """Return the user a passkey's answer claims to be from; check_passkey verifies it."""
    try:
        user: Any = webauthn.extract_user_from_response(answer)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return user if user.is_active else None


def _mark_used(row: Authenticator) -> None:
    """Save the time of use."""
    row.last_used_at = clock.now()
    row.save()


# --- setting up and removing -------------------------------------------------------------------------


def new_secret() -> str:
    """Return a new encrypted secret for an authenticator app."""
    return str(get_adapter().encrypt(totp.generate_totp_secret()))


def open_secret(encrypted: str) -> str:
    """Decrypt the secret of an authenticator app, to show it."""
    return str(get_adapter().decrypt(encrypted))


def qr_code(user: User, secret: str) -> str:
    """Return the QR code for an authenticator app, as SVG."""
    return str(get_adapter().build_totp_svg(get_adapter().build_totp_url(user, secret)))


@action(
    "team.turn_on_codes", needs="", zh="启用验证码登录", en="Turn on sign-in codes", parameters=(CODE,), is_public=False
)
def turn_on_codes(*, secret: str, code: str) -> None:
    """Save the (encrypted) secret of an authenticator app after it has produced a valid code."""
    user = _current_user()
    if Authenticator.objects.filter(user_id=user.pk, type=TOTP).exists():
        raise refusal("code", "验证码登录已启用。", "Sign-in codes are already on.")
    digits = "".join(code.split())
    row = Authenticator(user=user, type=TOTP, data={"secret": secret})
    counter = _counter_of(row, digits) if digits.isascii() else None
    if counter is None:
        raise refusal(
            "code",
            "验证码不对：请输入应用当前显示的 6 位数字，并检查手机时间。",
            "That code is not right: enter the 6 digits the app shows now, and check the phone's clock.",
        )
    row.data["last_counter"] = counter
    row.save()
    add_audit_note(factor="totp", change="on")


@action("team.add_passkey", needs="", zh="添加通行密钥", en="Add a passkey", parameters=(NAME,), is_public=False)
def add_passkey(*, name: str, answer: Any) -> None:
    """Add a passkey. Raises Refused beyond PASSKEYS_MAX, or for an invalid answer."""
    user = _current_user()
    if Authenticator.objects.filter(user_id=user.pk, type=PASSKEY).count() >= PASSKEYS_MAX:
        raise refusal(
            "name", "最多 {n} 个通行密钥，请先移除一个。", "At most {n} passkeys; remove one first.", n=PASSKEYS_MAX
        )
    try:
        webauthn.parse_registration_response(answer)
        webauthn.complete_registration(answer)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        raise refusal(
            "name", "浏览器没有给出有效的通行密钥，请重试。", "The browser gave no valid passkey; try again."
        ) from None
    webauthn.WebAuthn.add(user, name[:60] or str(bilingual("通行密钥", "Passkey")), answer)
    add_audit_note(factor="webauthn", change="added", name=name[:60])


@action(
    "team.remove_factor",
    needs="",
    zh="移除两步登录方式",
    en="Remove a second factor",
    is_public=False,
    irreversible=bilingual(
        "移除后不能撤销；如需使用，请重新设置。",
        "A removed factor cannot be brought back; set it up again to use it.",
    ),
)
def remove_factor(*, factor: int) -> None:
    """Remove one's own app or passkey; with the last of them the recovery codes are removed too."""
    own = Authenticator.objects.filter(user_id=current_actor().user_id)
    row = own.filter(pk=factor, type__in=(TOTP, PASSKEY)).first()
    if row is None:
        raise NotFound(bilingual("两步登录方式", "second factor"), factor)
    add_audit_note(factor=str(row.type), change="removed", name=row.data.get("name", ""))
    row.delete()
    if not own.filter(type__in=(TOTP, PASSKEY)).exists():
        own.delete()


@action(
    "team.create_recovery_codes",
    needs="",
    zh="生成恢复码",
    en="Create recovery codes",
    is_public=False,
    irreversible=bilingual(
        "原有恢复码立即失效，不能撤销。",
        "Earlier recovery codes stop working at once; this cannot be undone.",
    ),
)
def make_recovery_codes() -> list[str]:
    """Create ten recovery codes, each valid once and shown once; old ones become invalid."""
    user = _current_user()
    if not kinds_of(user):
        raise refusal("", "请先启用验证码或通行密钥。", "Turn on codes or a passkey first.")
    Authenticator.objects.filter(user_id=user.pk, type=CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    add_audit_note(factor="recovery_codes", change="shown", count=len(codes))
    return codes


@action(
    "team.reset_second_factor",
    needs=Permission.TEAM_WRITE,
    zh="重置两步登录",
    en="Reset a second factor",
    parameters=(Parameter("user", "team.User", spec=FieldSpec("人员", "User")),),
    irreversible=bilingual(
        "对方的验证码、通行密钥和恢复码将全部删除，不能撤销；下次登录须重新设置。",
        "All codes, passkeys and recovery codes of this person are deleted for good; they set them up again at the next sign-in.",
    ),
)
def reset_second_factor(*, user: User) -> User:
    """Remove all second factors of a user who has lost theirs; they receive a notice."""
    factors = Authenticator.objects.filter(user_id=user.pk)
    add_audit_note(user=user.username, factors=sorted({str(row.type) for row in factors}))
    factors.delete()
    Notice(user=user, kind=NoticeKind.SECOND_RESET, detail=current_actor().name).save()
    return user


def _current_user() -> User:
    """Return the user of the actor."""
    return User.objects.get(pk=current_actor().user_id)
