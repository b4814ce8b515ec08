"""Registration of a domain by importing the modules in its folders, without a list."""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import importlib
import importlib.util
import pkgutil

from django.apps import AppConfig

from dakehu.foundation.access import permissions

NOT_AT_START = ("apps", "migrations", "templates", "tests")


class DomainConfig(AppConfig):
    """Configuration of a domain. Its permissions are declared before any models load; once all models have, every
    module of the domain is imported, whose actions, queries, jobs, reactions and resources register themselves.

    Modules must be cheap to import: heavy packages (Spark, a solver) are imported inside the functions that need them.
    """

    default = False  # Django uses the domain's class, not this imported one
    default_auto_field = "django.db.models.BigAutoField"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.default = True

    def import_models(self) -> None:
        if importlib.util.find_spec(f"{self.name}.permissions") is not None:
            permissions.declare(vars(importlib.import_module(f"{self.name}.permissions")))
        super().import_models()

    def ready(self) -> None:
        for name in modules_of(self.name):
            importlib.import_module(name)


def modules_of(package: str) -> list[str]:
    """Return the names of all modules of a domain that are imported at start-up, in alphabetical order."""
    found = []
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        if module.name.rpartition(".")[2] in NOT_AT_START:
            continue
        found += modules_of(module.name) if module.ispkg else [module.name]
    return sorted(found)
