"""Manage connections: add, change, replace secrets, switch on and off, schedule, choose what may be written back."""

from datetime import timedelta
from typing import Any

from dakehu.exchange.connectors.http import check_address
from dakehu.exchange.connectors.kinds import KINDS
from dakehu.exchange.connectors.models import Connection, RecordLink, SourceTable
from dakehu.foundation.access.encrypted_fields import EncryptedValue, encrypted_fields_of
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CONNECTION = Parameter("connection", "connections.Connection", spec=FieldSpec("外部连接", "Connection"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
OPTIONAL = ("sign_in_address", "sign_in", "acts_for", "prefer")
PULL = "connections.pull"  # the job
APP_SECRET = Parameter(
    "app_secret",
    spec=FieldSpec(
        "应用密钥",
        "Application secret",
        sensitivity=SECRET,
        help_zh="Zoho 的 client_secret，纷享销客的 appSecret；加密保存，以后不再显示",
        help_en="Zoho's client_secret, Fxiaoke's appSecret; kept encrypted and never shown again",
    ),
)
GRANT = Parameter(
    "grant",
    spec=FieldSpec(
        "授权码",
        "Grant",
        sensitivity=SECRET,
        help_zh="Zoho 的 refresh_token，纷享销客的永久授权码；加密保存，以后不再显示",
        help_en="Zoho's refresh_token, Fxiaoke's permanent code; kept encrypted and never shown again",
    ),
)
NOT_KEPT = bilingual(
    "更换后旧密钥不再保存，不能撤销；如有误，请再次更换。",
    "The old secrets are not kept, so this cannot be undone; to correct it, replace them again.",
)


def _check(row: Connection) -> None:
    """Raise Refused for an address that cannot be used."""
    for name in ("address", "sign_in_address"):
        if getattr(row, name):
            try:
                setattr(row, name, check_address(getattr(row, name)))
            except Refused as error:
                raise Refused({name: error.messages["connection"]}) from error


def _encrypt_secrets(row: Connection, app_secret: str, grant: str) -> None:
    """Set the secrets of a connection, encrypted immediately: later displays of the row show dots."""
    values = {"app_secret": app_secret, "grant": grant}
    for field in encrypted_fields_of(Connection):
        setattr(row, field.name, EncryptedValue.encrypt(field.place, values[field.name], None))
    row.secrets_at = clock.now()


@action(
    "connections.add",
    needs=Permission.CONNECTION_WRITE,
    zh="新增外部连接",
    en="Add a connection",
    parameters=(
        parameters_of("connections.Connection", "name", "kind", "address", "app_id", optional=OPTIONAL),
        APP_SECRET,
        GRANT,
    ),
    irreversible=bilingual("新增的连接不能撤销，但可以删除。", "It cannot be undone, but removed."),
)
def add_connection(*, app_secret: str, grant: str, name: str, **values: Any) -> Connection:
    """Add a connection with its secrets. It is initially switched off, and runs only when started manually."""
    if Connection.objects.filter(name=name).exists():
        raise refusal("name", "“{name}”已存在。", "“{name}” exists.", name=name)
    row = Connection(name=name, **{key: value for key, value in values.items() if value not in (None, "")})
    _check(row)
    _encrypt_secrets(row, app_secret, grant)
    row.save()
    return row


@action(
    "connections.change",
    needs=Permission.CONNECTION_WRITE,
    zh="修改外部连接",
    en="Change a connection",
    parameters=(
        CONNECTION,
        parameters_of("connections.Connection", optional=("name", "address", "app_id", *OPTIONAL)),
        VERSION,
    ),
)
def change_connection(*, connection: Connection, version: int | None = None, **changes: Any) -> Connection:
    """Change a connection. A new address switches it off, so that an administrator reviews it again."""
    check_version(connection, version)
    before = connection.address, connection.sign_in_address
    for name, value in changes.items():
        setattr(connection, name, value or "")
    _check(connection)
    if (connection.address, connection.sign_in_address) != before:
        connection.is_on = False
    connection.save()
    return connection


@action(
    "connections.replace_secrets",
    needs=Permission.CONNECTION_WRITE,
    zh="更换密钥",
    en="Replace the secrets",
    parameters=(CONNECTION, APP_SECRET, GRANT),
    irreversible=NOT_KEPT,
)
def replace_secrets(*, connection: Connection, app_secret: str, grant: str) -> Connection:
    """Replace the secrets of a connection. They are never shown."""
    _encrypt_secrets(connection, app_secret, grant)
    connection.save()
    return connection


@action(
    "connections.switch_on",
    needs=Permission.CONNECTION_WRITE,
    zh="启用外部连接",
    en="Switch a connection on",
    parameters=(CONNECTION,),
)
def switch_on(*, connection: Connection) -> Connection:
    """Switch a connection on."""
    connection.is_on = True
    connection.save()
    return connection


@action(
    "connections.switch_off",
    needs=Permission.CONNECTION_WRITE,
    zh="停用外部连接",
    en="Switch a connection off",
    parameters=(CONNECTION,),
)
def switch_off(*, connection: Connection) -> Connection:
    """Switch a connection off: it runs neither manually nor on schedule."""
    connection.is_on, connection.next_run_at = False, None
    connection.save()
    return connection


@action(
    "connections.remove",
    needs=Permission.CONNECTION_WRITE,
    zh="删除外部连接",
    en="Remove a connection",
    parameters=(CONNECTION,),
    irreversible=bilingual(
        "密钥、运行记录和暂存的表一并删除，不能撤销；已导入的客户和记录保留。",
        "Its secrets, runs and kept tables go with it and cannot be brought back; imported clients and records stay.",
    ),
)
def remove_connection(*, connection: Connection) -> dict[str, Any]:
    """Remove a connection with its secrets, runs, links and stored tables; imported data remains."""
    for row in SourceTable.objects.filter(connection=connection):
        for key in filter(None, (row.rows_key, row.aside_key)):
            files.expire(key, 0)
    removed = {"connection": connection.name, "links": RecordLink.objects.filter(connection=connection).count()}
    add_audit_note(**removed)
    connection.delete()
    return removed


@action(
    "connections.schedule",
    needs=Permission.CONNECTION_RUN,
    zh="定时运行",
    en="Run at intervals",
    parameters=(CONNECTION, parameters_of("connections.Connection", optional=("every_hours",))),
    offers_undo=False,
)
def schedule(*, connection: Connection, every_hours: int | None = None) -> Connection:
    """Run a connection every `every_hours` hours as the actor; without a number, only when started manually."""
    connection.every_hours = every_hours
    connection.next_run_at = None
    plan_next_run(connection)
    connection.save()
    return connection


def plan_next_run(connection: Connection) -> None:
    """Queue the next run of a connection that has an interval, for the actor. Call inside an action."""
    if not connection.every_hours:
        connection.next_run_at = None
        return
    connection.next_run_at = clock.now() + timedelta(hours=connection.every_hours)
    jobs.start(
        PULL, not_before=connection.next_run_at, connection=connection.pk, due=connection.next_run_at.isoformat()
    )


@action(
    "connections.choose_fields",
    needs=Permission.CONNECTION_WRITE,
    zh="选择可写回的字段",
    en="Choose the fields written back",
    parameters=(
        CONNECTION,
        Parameter(
            "fields",
            required=False,
            spec=FieldSpec(
                "字段",
                "Fields",
                help_zh="逗号分隔，如 Accounts.Description；留空则只读",
                help_en="Comma separated, such as Accounts.Description; left empty, nothing leaves",
            ),
        ),
    ),
)
def choose_fields(*, connection: Connection, fields: str = "") -> Connection:
    """Choose which fields may leave the desk. Raises Refused for a field that the source does not accept."""
    receives = KINDS[str(connection.kind)].receives
    chosen = [name.strip() for name in (fields or "").replace("，", ",").split(",") if name.strip()]
    unknown = [name for name in chosen if name not in receives]
    if unknown:
        raise refusal(
            "fields",
            "不能写回：{names}。可选：{all}。",
            "Not written back: {names}. Choose of {all}.",
            names=" ".join(unknown),
            all=" ".join(receives),
        )
    connection.writes_back = ",".join(dict.fromkeys(chosen))
    connection.save()
    return connection


@action(
    "connections.start",
    needs=Permission.CONNECTION_RUN,
    zh="立即运行",
    en="Run now",
    parameters=(CONNECTION,),
    offers_undo=False,
)
def start_run(*, connection: Connection) -> dict[str, Any]:
    """Run a connection in the background; returns {job}. Its rows can be undone as one import."""
    from dakehu.exchange.connectors.runs import check_may_run

    check_may_run(connection)
    return {"job": jobs.start(PULL, connection=connection.pk)}
