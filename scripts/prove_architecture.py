"""Prove on a scratch copy that a field and a domain are declared once.

    python scripts/prove_architecture.py

Adds one field to the client by one line and a migration, and one domain by its own folder (tests/fixtures/trial_domain),
one line of settings and one line of contract. Then asserts that the field is in form, client page, grid, filter, API,
OpenAPI, worksheet, template, import, export, undo and audit, and that the domain's record is on the client page, in the
API, palette, workbook, undo names and role page. Prints `field: 1 line + migration; domain: own folder + 2 lines` and
exits with 0, or reports the first place where one of them is missing and exits with 1.
"""

import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CLIENT = "src/dakehu/domains/clients/models/client.py"
SETTINGS = "src/dakehu/project/settings.py"
CONTRACTS = ".importlinter"
FIELD = (
    '    hobby = field(models.CharField(max_length=80, blank=True, default=""), zh="爱好", en="Hobby",'
    ' aliases=("兴趣",), group="identity")\n'
)
BEFORE_FIELD = "    education = field("
DOMAIN = "badges"
TRIAL = "tests/fixtures/trial_domain"
TESTS = (
    "tests/__init__.py",
    "tests/conftest.py",
    "tests/cast.py",
    "tests/postgres.py",
    "tests/postgres_database.py",
    "tests/sqlite_database.py",
)


class Missing(Exception):
    """A place where the new field or domain does not appear."""


def copy_tree(to: Path) -> None:
    """Copy what git tracks of the sources, the cast and the trial domain, as it is in the working tree."""
    tracked = subprocess.run(
        [
            "git",
            "ls-files",
            "src",
            *TESTS,
            TRIAL,
            "pyproject.toml",
            "CHANGELOG.md",
            CONTRACTS,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    for name in tracked:
        if (ROOT / name).is_file() and "/static/" not in name:
            target = to / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
    for static in (ROOT / "src/dakehu").rglob("static"):
        (to / static.relative_to(ROOT)).symlink_to(static)


def add_line(tree: Path, name: str, line: str, before: str) -> int:
    """Insert one line before the first line that starts with `before`; return the number of changed lines."""
    path = tree / name
    old = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(index for index, text in enumerate(old) if text.startswith(before))
    new = [*old[:place], line, *old[place:]]
    path.write_text("".join(new), encoding="utf-8")
    return sum(1 for mark in difflib.ndiff(old, new) if mark[0] in "+-")


def add_field(tree: Path) -> int:
    return add_line(tree, CLIENT, FIELD, BEFORE_FIELD)


def add_domain(tree: Path) -> int:
    """Copy the trial domain's folder, add it to settings and contract; return the number of changed lines."""
    shutil.copytree(tree / TRIAL / DOMAIN, tree / "src/dakehu/domains" / DOMAIN)
    lines = add_line(tree, SETTINGS, f'    "dakehu.domains.{DOMAIN}",\n', '    "dakehu.domains.service"')
    return lines + add_line(tree, CONTRACTS, f"    {DOMAIN}\n", "    ledger")


def run(tree: Path, home: Path, *command: str) -> str:
    """Run Python in the copy with a separate data directory; raise Missing with its output if it fails."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DAKEHU_", "DJANGO_"))}
    env |= {
        "PYTHONPATH": os.pathsep.join([str(tree / "src"), str(tree)]),
        "PYTHONIOENCODING": "utf-8",
    }
    if "pytest" not in command:  # tests use their own data directory and settings
        env |= {"DAKEHU_HOME": str(home), "DJANGO_SETTINGS_MODULE": "dakehu.project.settings"}
    done = subprocess.run(
        [sys.executable, *command], cwd=tree, env=env, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise Missing((done.stderr or done.stdout).strip().splitlines()[-1] if done.stderr or done.stdout else command)
    return done.stdout


def run_proof() -> str:
    """Create the copy, change it, check every place; return the closing line."""
    with tempfile.TemporaryDirectory(prefix="dakehu-prove-") as folder:
        tree, home = Path(folder) / "tree", Path(folder) / "home"
        copy_tree(tree)
        field_lines = add_field(tree)
        domain_lines = add_domain(tree)
        run(tree, home, "-m", "django", "makemigrations", "clients", DOMAIN, "--no-input")
        migrations = list((tree / "src/dakehu/domains/clients/migrations").glob("0*.py"))
        tracked = list((ROOT / "src/dakehu/domains/clients/migrations").glob("0*.py"))
        if len(migrations) != len(tracked) + 1:
            raise Missing("one migration for the field")
        run(tree, home, "-m", "dakehu.interfaces.cli.main", "migrate")
        print(run(tree, home, str(Path(__file__).resolve()), "--check"), end="")
        print(f"domain {DOMAIN}:")
        check_file = f"{TRIAL}/check_trial_domain.py"
        for line in run(
            tree, home, "-m", "pytest", "-v", "--no-header", "-p", "no:cacheprovider", check_file
        ).splitlines():
            if " PASSED" in line:
                print("  " + line.partition("::")[2].partition(" PASSED")[0].removeprefix("test_").replace("_", " "))
        linter = Path(sys.executable).with_name("lint-imports")
        kept = subprocess.run(
            [linter, "--no-cache"],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        if kept.returncode:
            raise Missing(f"import contracts: {kept.stdout[-800:]}")
    one = "1 line" if field_lines == 1 else f"{field_lines} lines"
    return f"field: {one} + migration; domain: own folder + {domain_lines} lines"


# --- in the copy ---------------------------------------------------------------------------------


def expect(place: str, found: Any) -> None:
    """Print that a place contains what it should, or raise Missing."""
    if not found:
        raise Missing(place)
    print(f"  {place}")


def check() -> None:
    """Check the new field in every place. Runs within the copy."""
    import django

    django.setup()
    from dakehu.foundation.gates import perform
    from tests.cast import acting, as_system, enter

    with as_system():
        perform("team.create_branch", {"code": "SH01", "name": "上海陆家嘴营业部", "city": "上海"})
        perform("team.create_team", {"name": "东区一队", "branch": "SH01"})
    lin = enter("lin", "林晓", "manager", "东区一队")
    with acting(lin):
        client = perform("clients.create", {"name": "张三", "code": "C0001", "hobby": "高尔夫"})
    check_field(lin, client)


def browser_of(user: Any) -> Any:
    from django.test import Client

    browser = Client(HTTP_HOST="localhost", HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="zh-CN")
    browser.force_login(user, backend="dakehu.domains.team.sign_in.backends.StaffBackend")
    return browser


def page(browser: Any, address: str) -> str:
    answer = browser.get(address, follow=True)
    if answer.status_code != 200:
        raise Missing(f"{address}: {answer.status_code}")
    return answer.content.decode()


def check_field(lin: Any, client: Any) -> None:
    from dakehu.domains.clients.models import Client
    from dakehu.exchange.exports import service as exports
    from dakehu.exchange.imports import service as imports
    from dakehu.foundation.audit.models import AuditEntry
    from dakehu.foundation.gates import perform
    from tests.cast import acting, as_system

    browser = browser_of(lin)
    print("field clients.Client.hobby:")
    expect("form", 'name="hobby"' in page(browser, "/actions/clients.create"))
    expect("client page", "爱好" in (text := page(browser, f"/clients/{client.pk}?tab=basic")) and "高尔夫" in text)
    listed = browser.get("/api/v1/clients?hobby=高尔夫").json()
    expect("filter", listed["count"] == 1 and browser.get("/api/v1/clients?hobby=钓鱼").json()["count"] == 0)
    expect("API", browser.get(f"/api/v1/clients/{client.pk}").json()["hobby"] == "高尔夫")
    document = browser.get("/api/v1/openapi.json").content.decode()
    expect("OpenAPI", '"hobby"' in document)
    expect("grid", "hobby" in page(browser, "/clients/"))
    folder = Path(os.environ["DAKEHU_HOME"]).parent
    with acting(lin):
        exports.write_template(folder / "template.xlsx")
        exports.write_filled(path=folder / "filled.xlsx")
    expect("template", "爱好" in headings(folder / "template.xlsx"))
    expect("worksheet and export", "高尔夫" in headings(folder / "filled.xlsx", whole=True))
    source = folder / "clients.csv"
    source.write_text("客户号,客户姓名,兴趣\nC0001,张三,钓鱼\nC0002,李四,摄影\n", encoding="utf-8")
    with acting(lin):
        report = imports.run_import(source)
        expect("import", (report["created"], report["updated"], report["ignored"]) == (1, 1, []))
        expect("imported values", set(Client.objects.values_list("hobby", flat=True)) == {"钓鱼", "摄影"})
        perform("workbook.undo", {"batch": report["batch"]})
        expect("undo", list(Client.objects.values_list("hobby", flat=True)) == ["高尔夫"])
        perform("clients.change", {"client": client.pk, "hobby": "书法"})
    with as_system():
        entry = json.loads(AuditEntry.objects.filter(action="clients.change").latest("pk").body)
    expect("audit", entry["changes"][0]["after"].get("hobby") == "书法")


def headings(path: Path, whole: bool = False) -> set[Any]:
    """Return every text of a workbook (`whole`), or of the first rows of its sheets."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True, max_row=None if whole else 6)]
    cells = {str(cell) for row in rows for cell in row if cell is not None}
    return cells | {cell.split(" ")[0] for cell in cells}


if __name__ == "__main__":
    if "--check" in sys.argv:
        check()
        sys.exit(0)
    try:
        print(run_proof())
    except Missing as gap:
        sys.exit(f"missing: {gap}")
