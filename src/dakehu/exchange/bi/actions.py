"""The action that creates an SQL login for a member of staff. The login ends with its token (team.revoke_token)."""

import re
from typing import Any

from django.db import DatabaseError, connection

from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.domains.team import credentials
from dakehu.domains.team.actions import make_token, revoke_token
from dakehu.domains.team.permissions import SQL_READ
from dakehu.exchange.bi.functions import CREATE_LOGIN
from dakehu.exchange.bi.queries import address, own_tokens, why_not_available
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note

LABEL = bilingual("新建 SQL 登录", "Make an SQL login")
VERIFIER = re.compile(r"SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+")


@action(
    "bi.create_login",
    needs=SQL_READ,
    zh=LABEL.zh,
    en=LABEL.en,
    irreversible=bilingual(
        "密码只显示一次；新建后不能撤销，只能停用其令牌。原来的 SQL 登录随即停用。",
        "The password is shown once; a login cannot be taken back, only ended with its token. One made before ends at once.",
    ),
)
def create_login() -> dict[str, Any]:
    """Create the actor's own read-only login to schema `bi` and end any earlier one. Not available to tokens.

    The password is a new token of the scope `sql`, valid for 90 days: the login ends with it. Returns {login, password,
    host, port, database, expires_on}. Raises Refused where this desk offers no SQL, and where a second person must approve it.
    """
    credentials.require_sign_in(LABEL)
    why = why_not_available()
    if why is not None:
        raise Refused(why)
    permits.check_all_clients(ExportWay.SQL)
    for old in own_tokens():
        revoke_token(token=old.pk)
    made = make_token(name="SQL", scopes=[str(SQL_READ)], read_only=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {CREATE_LOGIN}(%s, %s)", [made["id"], _verifier(made["token"])])
            (login,) = cursor.fetchone()
    except DatabaseError as error:
        raise Refused(_explain_database_error(error)) from error
    add_audit_note(login=str(login), user=current_actor().name)
    return {"login": str(login), "password": made["token"], **address(), "expires_on": made["expires_on"]}


def _verifier(password: str) -> str:
    """Return PostgreSQL's password verifier; computed here, so that the password is in no statement or server log."""
    raw: Any = connection.connection
    made = str(raw.pgconn.encrypt_password(password.encode(), b"", b"scram-sha-256").decode())
    if not VERIFIER.fullmatch(made):
        raise Refused(
            bilingual("数据库没有给出 SCRAM 密码校验值。", "The database gave no SCRAM verifier of the password.")
        )
    return made


def _explain_database_error(error: DatabaseError) -> Any:
    """Return why PostgreSQL created no login, and what its administrator can do."""
    code = getattr(error.__cause__, "sqlstate", "")
    if code == "55000":
        return bilingual(
            "数据库的 public 模式对所有人开放，没有新建登录。请数据库管理员执行：REVOKE USAGE ON SCHEMA public FROM PUBLIC",
            "Schema public of the database is open to everybody; no login was made. Ask its administrator to run: REVOKE USAGE ON "
            "SCHEMA public FROM PUBLIC",
        )
    if code == "42710":
        return bilingual(
            "数据库中已有同名的角色，没有新建登录。请数据库管理员处理。",
            "Another role of the database has the name of the login; none was made. Ask the database's administrator.",
        )
    return bilingual(
        "数据库没有新建登录。请数据库管理员允许表的所有者新建角色：ALTER ROLE 所有者 CREATEROLE",
        "The database made no login. Ask its administrator to let the owner of the tables make roles: ALTER ROLE owner CREATEROLE",
    )
