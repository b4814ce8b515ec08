"""One settings file. Everything that differs between machines is set by DAKEHU_* variables."""

import secrets
from pathlib import Path

from dakehu.foundation.base import env, pending_restore
from dakehu.project.database_url import postgres_from_url
from dakehu.project.operation_settings import (  # noqa: F401  read by Django and by interfaces.operations
    BACKUP_PASSWORD_FILE,
    DRAIN_SECONDS,
    LOG_FORMAT,
    LOGGING,
    METRICS_LOCAL,
    METRICS_TOKEN,
    REPLICA_AFTER_WRITE,
    REPLICA_LAG,
    REPLICA_URL,
)

DAKEHU_HOME = Path(
    env.text(
        "DAKEHU_HOME",
        str(Path.home() / ".dakehu"),
        zh="数据目录：数据库、密钥、文件",
        en="Data directory: database, keys, files",
    )
).expanduser()
DAKEHU_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
pending_restore.finish(DAKEHU_HOME)  # before anything there is read

DEBUG = env.flag("DAKEHU_DEBUG", False, zh="开发模式（显示错误细节）", en="Development mode (shows fault details)")
TRAINING = env.flag(
    "DAKEHU_TRAINING", False, zh="练习台（由 dakehu training 设置）", en="Training desk (set by dakehu training)"
)
TRAINING_URL = env.text(
    "DAKEHU_TRAINING_URL",
    "",
    zh="练习台对用户的地址（经代理时），缺省按端口推出",
    en="Address at which users reach the training desk (behind a proxy); by its port when absent",
)
DATABASE_URL = env.secret(
    "DAKEHU_DATABASE_URL",
    zh="PostgreSQL 地址（应用角色）；缺省用内置 SQLite",
    en="PostgreSQL address (application role); SQLite when absent",
)
OWNER_URL = env.secret(
    "DAKEHU_OWNER_URL",
    zh="PostgreSQL 地址（表的所有者，仅迁移用）",
    en="PostgreSQL address of the tables' owner (migrations only)",
)
HTTPS = env.flag(
    "DAKEHU_HTTPS", False, zh="只经 HTTPS 访问（安全 Cookie、HSTS）", en="Served over HTTPS only (secure cookies, HSTS)"
)
ALLOWED_HOSTS = env.text(
    "DAKEHU_HOSTS",
    "localhost,127.0.0.1,[::1],testserver",
    zh="允许的主机名，逗号分隔",
    en="Host names allowed, comma separated",
).split(",")
TIME_ZONE = env.text("DAKEHU_TIME_ZONE", "Asia/Shanghai", zh="时区", en="Time zone")
UPLOAD_MB = env.number("DAKEHU_UPLOAD_MB", 200, zh="上传文件上限（MB）", en="Largest upload (MB)")
SESSION_HOURS = env.number("DAKEHU_SESSION_HOURS", 10, zh="登录保持小时数", en="Hours a sign-in lasts")
SECOND_FACTOR_ROLES = tuple(
    env.text(
        "DAKEHU_SECOND_FACTOR_ROLES",
        "",
        zh="必须使用两步登录的角色，逗号分隔（如 admin,compliance）",
        en="Roles that must sign in with a second factor, comma separated (such as admin,compliance)",
    )
    .replace(" ", "")
    .split(",")
)
ROLE_SECOND_PERSON = env.flag(
    "DAKEHU_ROLE_SECOND_PERSON",
    False,
    zh="角色变更须由第二个人（合规或另一位管理员）确认",
    en="A change of role waits until a second person (compliance or another administrator) has confirmed it",
)
TRUSTED_PROXIES = env.networks(
    "DAKEHU_TRUSTED_PROXIES",
    zh="可信代理的地址或网段，逗号分隔；其 X-Forwarded-For 才算数",
    en="Addresses or networks of trusted proxies, comma separated, whose X-Forwarded-For counts",
)
WEBHOOK_NETWORKS = env.networks(
    "DAKEHU_WEBHOOK_NETWORKS",
    zh="允许 Webhook 发往的内网地址或网段，逗号分隔；缺省只发往公网的 https 地址",
    en="Private addresses or networks that webhooks may be sent to, comma separated; by default only public https",
)
REQUESTS_PER_MINUTE = env.number(
    "DAKEHU_REQUESTS_PER_MINUTE",
    1200,
    zh="每人每分钟请求数上限（每个进程；导出、上传等计多次）；0 不限",
    en="Requests a person may make a minute (per process; exports and uploads count for several); 0 for no limit",
)
LOOKUPS_PER_HOUR = env.number(
    "DAKEHU_LOOKUPS_PER_HOUR",
    200,
    zh="每人每小时按证件号、电话等加密信息查找的次数上限；0 不限",
    en="Look-ups by encrypted values (ID number, phone) a person may make an hour; 0 for no limit",
)
OIDC_URL = env.text(
    "DAKEHU_OIDC_URL", "", zh="公司统一登录（OIDC）的地址", en="Address of the firm's own sign-in (OpenID Connect)"
)
OIDC_CLIENT_ID = env.text("DAKEHU_OIDC_CLIENT_ID", "", zh="统一登录的客户端编号", en="Client id at the firm's sign-in")
OIDC_SECRET = env.secret("DAKEHU_OIDC_SECRET", zh="统一登录的客户端密钥", en="Client secret at the firm's sign-in")
OIDC_MATCH = env.text(
    "DAKEHU_OIDC_MATCH",
    "mail",
    zh="首次统一登录按什么认人：mail（已验证的邮箱）或 username（登录名）",
    en="How the firm's sign-in finds a member of staff at first: mail (verified) or username",
)
ASSISTANTS = env.flag(
    "DAKEHU_ASSISTANTS",
    False,
    zh="允许 AI 助手用个人令牌查询（MCP，只读）",
    en="Assistants may ask the desk with somebody's token (MCP, read-only)",
)
WATERMARK = env.flag(
    "DAKEHU_WATERMARK", False, zh="屏幕水印：姓名、登录名和时间", en="Watermark on screens: name, user name and time"
)
READ_LOG_DAYS = env.number(
    "DAKEHU_READ_LOG_DAYS", 1095, zh="查阅记录保存多少天", en="Days for which the log of readings is kept"
)
SUPERVISED_EXPORT = env.number(
    "DAKEHU_SUPERVISED_EXPORT",
    0,
    zh="导出超过多少位客户须由另一人批准；0 为不要求",
    en="Exports of more clients than this are approved by somebody else; 0 switches that off",
)
RISK_TEST_DAYS = env.number("DAKEHU_RISK_TEST_DAYS", 730, zh="风险测评有效天数", en="Days a risk test holds")
SUPERVISED_PERSONAL = env.number(
    "DAKEHU_SUPERVISED_PERSONAL",
    0,
    zh="含未脱敏个人信息的导出，超过多少位客户须由另一人批准；0 为与上一项相同",
    en="The same for exports whose personal values are not masked; 0: as above",
)
RISE_IS_RED = env.flag("DAKEHU_RISE_IS_RED", True, zh="红涨绿跌", en="Rising is red, falling green")

BENCHMARK = env.text(
    "DAKEHU_BENCHMARK",
    "000300.SH",
    zh="Beta 与 Alpha 的基准指数（代码.市场）",
    en="Index for beta and alpha (code.market)",
)
CLASS_BENCHMARK = env.text(
    "DAKEHU_CLASS_BENCHMARK",
    "",
    zh="按资产类别的基准，用于归因：类别 占比 指数（代码.市场）或年利率，例如 stock 60% 000300.SH, bond 30% 000012.SH, cash 10% 2%",
    en="Benchmark by asset class, for attribution: class, share, index (code.market) or rate a year, such as stock 60% 000300.SH, "
    "bond 30% 000012.SH, cash 10% 2%",
)
CALLS_PER_DAY = env.number("DAKEHU_CALLS_PER_DAY", 30, zh="急跌后每人每天致电数", en="Calls a day after a fall")
PRICES_STALE_DAYS = env.number(
    "DAKEHU_PRICES_STALE_DAYS", 15, zh="结算时行情最多可旧几天", en="Days a price may be old at the close"
)
SQL_ACCESS = env.flag(
    "DAKEHU_SQL_ACCESS",
    False,
    zh="允许人员用自己的 SQL 登录只读视图 bi（仅 PostgreSQL；改动后运行 dakehu migrate）",
    en="Staff may read the views of schema bi with SQL logins of their own (PostgreSQL only; run dakehu migrate after a change)",
)
INBOX = env.text(
    "DAKEHU_INBOX",
    "",
    zh="柜台等系统每晚放文件的文件夹；缺省为数据目录下的 inbox",
    en="Folder where the counter and other systems put their files every night; inbox in the data directory by default",
)
SEAL_MAIL = env.text(
    "DAKEHU_SEAL_MAIL",
    "",
    zh="日志封存每天寄往的邮箱（系统之外），逗号分隔",
    en="Addresses outside the desk that the audit's seal is mailed to every day, comma separated",
)
SEAL_FOLDER = env.text(
    "DAKEHU_SEAL_FOLDER",
    "",
    zh="日志封存每天写入的文件夹（另一台机器或只追加的存储）",
    en="Folder that the audit's seal is written to every day (of another machine, or append-only)",
)
SEAL_TIMESTAMP = env.text(
    "DAKEHU_SEAL_TIMESTAMP",
    "",
    zh="为日志封存加盖时间戳的服务地址（RFC 3161）",
    en="Address of the time-stamping authority (RFC 3161) that stamps the audit's seal",
)
NIGHTLY_AT = env.text(
    "DAKEHU_NIGHTLY_AT",
    "",
    zh="每晚处理的时间，如 18:30；留空只手动运行",
    en="When the nightly run starts, such as 18:30; empty: by hand only",
)

QUOTES = env.text(
    "DAKEHU_QUOTES",
    "",
    zh="自动取行情的来源：akshare 或 tushare；留空不联网",
    en="Data service for prices: akshare or tushare; empty for none",
)
QUOTES_URL = env.text(
    "DAKEHU_QUOTES_URL", "", zh="行情来源的地址，缺省为其官方地址", en="Address of that service, if not its own"
)
TUSHARE_TOKEN = env.secret("DAKEHU_TUSHARE_TOKEN", zh="tushare 的令牌", en="Token for tushare")
ATTACHMENT_MB = env.number(
    "DAKEHU_ATTACHMENT_MB", 200, zh="一份客户文件最大多少 MB", en="Largest file kept with a client, in MB"
)

SECRET_KEY = env.secret(
    "DAKEHU_SECRET_KEY",
    zh="会话签名密钥；缺省在数据目录生成",
    en="Session signing key; made in the data directory when absent",
)
SECRET_KEY_IS_SET = bool(SECRET_KEY)
if not SECRET_KEY:  # a new one is stored only when a new desk is set up: see foundation.access.keys
    session_key = DAKEHU_HOME / "keys" / "session.key"
    SECRET_KEY = session_key.read_text() if session_key.is_file() else secrets.token_urlsafe(48)


if DATABASE_URL:
    DATABASES = {"default": postgres_from_url(DATABASE_URL)}
    if OWNER_URL:
        DATABASES["owner"] = {**postgres_from_url(OWNER_URL), "ENGINE": "django.db.backends.postgresql"}
    if REPLICA_URL:
        DATABASES["replica"] = postgres_from_url(REPLICA_URL)
        DATABASE_ROUTERS = ["dakehu.foundation.database.replica.ReplicaRouter"]
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DAKEHU_HOME / "dakehu.sqlite3",
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=268435456;"
                    "PRAGMA cache_size=-65536;PRAGMA busy_timeout=20000;"
                ),
            },
        }
    }

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "dakehu.foundation",
    "dakehu.domains.team",
    "dakehu.domains.firm",
    "dakehu.domains.clients",
    "dakehu.domains.ledger",
    "dakehu.domains.tiers",
    "dakehu.domains.compliance",
    "dakehu.domains.service",
    "dakehu.domains.growth",
    "dakehu.domains.advice",
    "dakehu.domains.risk",
    "dakehu.domains.learning",
    "dakehu.domains.support",
    "dakehu.domains.care",
    "dakehu.domains.appraisal",
    "dakehu.domains.innovation",
    "dakehu.domains.insight",
    "dakehu.exchange",
    "dakehu.exchange.reports",
    "dakehu.exchange.connectors",
    "dakehu.exchange.evidence",
    "dakehu.exchange.mailbox",
    "dakehu.exchange.calendars",
    "dakehu.exchange.sheets_sync",
    "dakehu.exchange.webhooks",
    "dakehu.interfaces.web",
    "dakehu.interfaces.api",
]
AUTH_USER_MODEL = "team.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "dakehu.domains.team.sign_in.backends.StaffBackend",
    "dakehu.domains.team.sign_in.backends.SecondStepBackend",
]
# Only the tables and checks (codes, passkeys, OIDC) of django-allauth are used; pages, URLs and actions are our own.
ACCOUNT_USER_MODEL_EMAIL_FIELD = "mail"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "dakehu.domains.team.sign_in.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "dakehu"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SOCIALACCOUNT_ADAPTER = "dakehu.domains.team.sign_in.adapters.FirmAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "firm",
                "name": "firm",
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_SECRET,
                "settings": {"server_url": OIDC_URL, "fetch_userinfo": False},
            }
        ],
    }
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "dakehu.interfaces.web.views.sign_in.password.locked_out"
AXES_SENSITIVE_PARAMETERS = ["code", "credential"]
AXES_VERBOSE = False
AXES_ENABLE_ACCESS_FAILURE_LOG = False

MIDDLEWARE = [
    "dakehu.interfaces.operations.middleware.Requests",
    "dakehu.interfaces.client_address.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "dakehu.interfaces.web.middleware.Manners",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dakehu.interfaces.web.undo_offers.UndoOffers",
    "axes.middleware.AxesMiddleware",
    *(["dakehu.interfaces.web.replica_reads.ReplicaReads"] if REPLICA_URL else []),
]
ROOT_URLCONF = "dakehu.project.urls"
WSGI_APPLICATION = "dakehu.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "dakehu.interfaces.web.context.frame",
            ],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "dakehu.domains.team.sign_in.session_store"
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:  # browsers restrict a cookie with this prefix to this host and to HTTPS
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
if TRAINING:  # runs next to the desk on one host, and cookies are not separated by port
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
        f"{'__Host-' if HTTPS else ''}training-session",
        f"{'__Host-' if HTTPS else ''}training-csrf",
    )
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "dakehu.interfaces.web.views.errors.stale_form"
