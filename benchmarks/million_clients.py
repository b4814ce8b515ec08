"""A firm of a million clients for the list's benchmark: branches, managers with some 480 clients each, a mobile each.

A tenth is written with the product's own bulk writers, so that every column, blind index and line of the search table
is as after an import; the rest are copies of it by SQL with distinct codes, assets and managers. The audit
is not written. The result is the same each time.
"""

import datetime
import re
import sys
import time
from decimal import Decimal
from typing import Any

import numpy

from dakehu.foundation.access.actor import acting_as, system_actor

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文辉志宇鑫浩然子轩梓涵雨欣怡佳俊博思远晨阳梅飞鹏"
PLACES, WORDS = (
    ("上海", "北京", "深圳", "杭州", "广州", "苏州"),
    ("恒远", "中和", "瑞丰", "天成", "远景", "盛世", "同泰", "嘉禾"),
)
FIRMS = ("投资管理有限公司", "科技有限公司", "贸易有限公司", "实业股份有限公司")
SEGMENTS, LEVELS = ("普通", "银卡", "金卡", "白金", "钻石"), ("C1", "C2", "C3", "C4", "C5")
JOBS = ("企业高管", "教师", "医生", "工程师", "退休", "个体经营", "公务员", "律师", "", "")
BRANCHES, EACH, AT_ONCE, WRITTEN = 40, 481, 20_000, 100_000
DAY = datetime.date(2026, 11, 20)


def create_clients(count: int) -> float:
    """Fill an empty, migrated SQLite database; return the seconds it took. Progress is printed to standard error."""
    from django.db import transaction

    from dakehu.foundation.records import bulk_sql
    from dakehu.foundation.schema.fields import model_of
    from dakehu.foundation.search import index

    begun, dice = time.perf_counter(), numpy.random.default_rng(8)
    client, contact, cover = (model_of(f"clients.{n}") for n in ("Client", "Contact", "Coverage"))
    written = min(count, WRITTEN)
    with acting_as(system_actor("benchmark", "cli")):
        managers, branches = staff(count // EACH + 1)
        for start in range(0, written, AT_ONCE):
            size = min(AT_ONCE, written - start)
            with transaction.atomic():
                made = [client(**one) for one in people(dice, start, size, branches)]
                bulk_sql.insert(client, made)
                index.update(client, made, new=True)
                mobiles = dice.integers(13_000_000_000, 19_999_999_999, size)
                bulk_sql.insert(
                    contact,
                    [
                        contact(client=c, kind="mobile", value=str(m), primary=True)
                        for c, m in zip(made, mobiles, strict=True)
                    ],
                )
                bulk_sql.insert(
                    cover,
                    [cover(client=c, user_id=managers[(start + i) // EACH], since=DAY) for i, c in enumerate(made)],
                )
            print(f"\r{start + size:,} clients, {time.perf_counter() - begun:.0f} s ", end="", file=sys.stderr)
    for nth in range(1, count // written):
        copy(nth, written, managers[0])
        print(f"\r{(nth + 1) * written:,} clients, {time.perf_counter() - begun:.0f} s ", end="", file=sys.stderr)
    with connection().cursor() as cursor:
        cursor.execute("ANALYZE")
    return time.perf_counter() - begun


def connection() -> Any:
    from django.db import connections

    return connections["default"]


COPIED = ("client", "contact", "coverage", "searchline")


def copy(nth: int, written: int, first_manager: int) -> None:
    """Copy the written clients and all their dependent rows, with ids offset by `nth` times their number."""
    from django.apps import apps
    from django.db import transaction

    from dakehu.foundation.search.text import OPEN, code_tokens, mark

    database = connection()
    database.ensure_connection()
    database.connection.create_function("code_of", 1, lambda n: f"DK{n - 1:07}", deterministic=True)
    code_words = re.compile(r"\bocd\w+( ot\w+)*")  # of a line, with other tokens before and after
    database.connection.create_function(
        "words_of", 2, lambda n, words: code_words.sub(mark(code_tokens(f"DK{n - 1:07}"), OPEN), words, count=1)
    )
    with transaction.atomic(), database.cursor() as cursor:
        for name in COPIED:
            model = apps.get_model(f"clients.{name}")
            table = model._meta.db_table
            columns = [f.column for f in model._meta.concrete_fields if not f.primary_key]
            cursor.execute(
                f"SELECT max(id) FROM {table} WHERE {'client_id' if name != 'client' else 'id'} <= %s", [written]
            )
            (top,) = cursor.fetchone()
            moved = {
                "client_id": f"client_id + {nth * written}",
                "code": f"code_of(id + {nth * written})",
                "assets": f"round(assets * {1 + nth / 97}, 2)",
                "user_id": f"{first_manager} + (client_id - 1 + {nth * written}) / {EACH}",
                "number": f"number + {nth * written}",
                "words": f"words_of(client_id + {nth * written}, words)",
            }
            wanted = ", ".join(moved.get(column, f'"{column}"') for column in columns)
            named = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(
                f"INSERT INTO {table} (id, {named}) SELECT id + {nth * top}, {wanted} FROM {table} WHERE id <= {top}"
            )


def staff(managers: int) -> tuple[list[int], list[int]]:
    """Create 何 (compliance, sees all) and admin (sees all, masked); return ids of managers m0, m1, … and branches."""
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.records import bulk_sql as rows
    from dakehu.foundation.schema.fields import model_of

    branch, user = model_of("team.Branch"), model_of("team.User")
    with act("benchmark.staff", "benchmark"):
        branches = [branch(code=f"B{n:02}", name=f"{PLACES[n % 6]}第{n}营业部") for n in range(BRANCHES)]
        rows.insert(branch, branches)
        people = [user(username=f"m{n}", name=f"经理{n}", role="manager", password="!") for n in range(managers)]
        people += [user(username=n, name=n, role=n, password="!") for n in ("compliance", "admin")]
        rows.insert(user, people)
    return [p.pk for p in people[:managers]], [b.pk for b in branches]


def people(dice: Any, start: int, size: int, branches: list[int]) -> list[dict[str, Any]]:
    from dakehu.domains.clients.rules import pinyin_of

    def pick(given: Any, weights: Any = None) -> list[Any]:
        return [given[i] for i in dice.choice(len(given), size, p=weights)]

    surname, one, two = pick(SURNAMES), pick(GIVEN), pick([*GIVEN, *[""] * 15])
    firm = dice.random(size) < 0.06
    names = [s + a + b for s, a, b in zip(surname, one, two, strict=True)]
    for i, parts in enumerate(zip(pick(PLACES), pick(WORDS), pick(FIRMS), strict=True)):
        if firm[i]:
            names[i] = "".join(parts)
    assets = numpy.round(numpy.exp(dice.normal(12.5, 1.8, size)), 2)
    columns = {
        "segment": pick(SEGMENTS, [0.5, 0.25, 0.15, 0.08, 0.02]),
        "risk_level": pick(LEVELS),
        "status": pick(("active", "dormant", "prospect", "closed"), [0.8, 0.1, 0.07, 0.03]),
        "branch_id": pick(branches),
        "occupation": pick(JOBS),
        "gender": pick(("male", "female")),
        "birth_on": [DAY - datetime.timedelta(days=int(d)) for d in dice.integers(7000, 30000, size)],
        "last_contact_on": [
            DAY - datetime.timedelta(days=int(d)) if d < 400 else None for d in dice.integers(0, 500, size)
        ],
        "next_contact_on": [
            DAY + datetime.timedelta(days=int(d)) if d < 90 else None for d in dice.integers(0, 300, size)
        ],
    }
    made = []
    for i, name in enumerate(names):
        spelt, initials = pinyin_of(name)
        born = columns["birth_on"][i]
        made.append(
            {
                "code": f"DK{start + i:07}",
                "name": name,
                "pinyin": spelt,
                "initials": initials,
                "kind": "institution" if firm[i] else "person",
                "assets": Decimal(str(assets[i])) if i % 50 else None,
                "id_number": f"310101{born:%Y%m%d}{(start + i) % 10_000:04}" if not firm[i] else None,
                "id_type": "" if firm[i] else "resident",
                "walled": (start + i) % 5000 == 7,
                **{key: column[i] for key, column in columns.items()},
            }
        )
    return made


def copy_to_postgres(path: Any) -> float:
    """Copy the tables of the SQLite file `path` to an empty, migrated PostgreSQL database, as the owner; return the
    seconds. Statistics and the visibility map are updated at the end, as after a night."""
    import sqlite3

    from django.apps import apps
    from django.db import connections

    begun = time.perf_counter()
    source = sqlite3.connect(path)
    with connections["owner"].cursor() as cursor:
        for label in ("team.Branch", "team.Team", "team.User", *(f"clients.{n}" for n in COPIED)):
            model = apps.get_model(label)
            table, fields = model._meta.db_table, model._meta.concrete_fields
            names = ", ".join(f'"{f.column}"' for f in fields)
            flags = [n for n, f in enumerate(fields) if f.get_internal_type() == "BooleanField"]
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
                for row in source.execute(f"SELECT {names} FROM {table} ORDER BY id"):
                    made = list(row)
                    for n in flags:
                        made[n] = bool(made[n])
                    stream.write_row(made)
        for label in ("team.User", *(f"clients.{n}" for n in COPIED)):
            table = apps.get_model(label)._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("VACUUM ANALYZE")
    return time.perf_counter() - begun
