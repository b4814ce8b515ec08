"""Database settings from a URL."""

from urllib.parse import unquote, urlsplit

from dakehu.foundation.base import env


def postgres_from_url(url: str) -> dict[str, object]:
    """Return the settings of a PostgreSQL database from postgresql://user:password@host:port/name. Raises WrongSetting."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise env.WrongSetting("DAKEHU_DATABASE_URL: write postgresql://user:password@host:5432/name")
    host = parts.hostname or ""
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    options: dict[str, object] = {name: unquote(query[name]) for name in ("sslmode", "sslrootcert") if name in query}
    return {
        "ENGINE": "dakehu.foundation.database.postgres",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", host)),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "OPTIONS": options,
    }
