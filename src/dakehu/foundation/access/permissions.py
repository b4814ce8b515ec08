"""The registry of permissions: declared by each domain, collected here."""

from collections.abc import Iterator

from dakehu.foundation.base.i18n import Bilingual, bilingual

_declared: "dict[str, Permission]" = {}  # by the name of the constant


class _Declared(type):
    """Gives `Permission.CLIENT_READ` and the other constants declared by domains, and iterates over all of them."""

    def __getattr__(cls, name: str) -> "Permission":
        try:
            return _declared[name]
        except KeyError:
            raise AttributeError(f"no domain declares a permission {name}") from None

    def __iter__(cls) -> "Iterator[Permission]":
        return iter(_declared.values())


class Permission(str, metaclass=_Declared):
    """One permission: its code, its name in both languages, and the roles that have it.

    Declared as a constant in `permissions.py` of a domain; used everywhere as `Permission.` and the name of that
    constant. It is a str, its code, so that it compares with stored and requested codes.
    """

    name: str  # of the constant
    label: Bilingual
    granted_to: frozenset[str]

    def __new__(cls, code: str, zh: str, en: str, granted_to: tuple[str, ...]) -> "Permission":
        made = super().__new__(cls, code)
        made.label = bilingual(zh, en)
        made.granted_to = frozenset(str(role) for role in granted_to)
        return made

    @property
    def value(self) -> str:
        return str(self)


def declare(constants: dict[str, object]) -> None:
    """Collect the permissions among the constants of a module. Raises ValueError for a name or code declared twice."""
    for name, permission in constants.items():
        if not isinstance(permission, Permission) or _declared.get(name) is permission:
            continue
        if name in _declared or permission in _declared.values():
            raise ValueError(f"permission {name} ({permission}) is declared twice")
        permission.name, _declared[name] = name, permission


def granted_to(role: str) -> frozenset[str]:
    """Return the codes of all permissions of a role."""
    return frozenset(str(one) for one in _declared.values() if role in one.granted_to)


def label_of(code: str) -> Bilingual:
    """Return the name of a permission by its code; the code itself for one no longer declared."""
    return next((one.label for one in _declared.values() if one == code), bilingual(code, code))
