"""SQL functions of the owner with which the application's role replaces every row of a derived table on PostgreSQL.

Row security forbids COPY into a protected table, and inserting into a table with many indexes updates all of them. So
the rows are copied into a new table, whose indexes are built afterwards, and which then replaces the old one: readers
wait only while the old table is locked and renamed. Allowed only for the system, and only for tables declared
replaceable.
"""

from collections.abc import Iterable
from dataclasses import dataclass

BEGIN, END = "dakehu_begin_replacement", "dakehu_end_replacement"
# A table cannot be dropped while views use it: code creating such views installs these two functions. Views are dropped
# before the table is locked, in the order in which their readers lock both.
DROP_VIEWS, CREATE_VIEWS = "dakehu_drop_views", "dakehu_create_views"
# To lock the old table: tries, timeout of each, and the pause between them. Readers queue behind a waiting lock, so it
# waits for a tenth of a second only.
TRIES, WAIT, PAUSE = 600, "100ms", 0.2
MEMORY = "256MB"  # for building an index, so that parallel workers share the sorting
SUFFIX = "_next"


@dataclass(frozen=True)
class Replaceable:
    """A table that may be replaced; `policies` are the statements that protect it.

    `orphans` is SQL that deletes rows with missing parents from the new table (named with SUFFIX), "" if not needed.
    """

    table: str
    orphans: str
    policies: tuple[str, ...]


def functions(role: str, tables: Iterable[Replaceable], *, turn: int) -> list[str]:
    """Return the statements that create both functions.

    `role` is the application's; `turn` the advisory lock that serialises audit entries.
    """
    known = list(tables)
    names = ", ".join(f"'{one.table}'" for one in known)
    check = f"""
  IF dakehu_reach() <> 'system' OR wanted <> ALL (ARRAY[{names}]::text[]) THEN
    RAISE EXCEPTION 'only the system replaces a table, and not %', wanted USING ERRCODE = 'insufficient_privilege';
  END IF;"""
    after = "".join(_run_if_replaced(one, one.policies) for one in known)
    orphans = "".join(_run_if_replaced(one, [one.orphans]) for one in known if one.orphans)
    head = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"
    return [
        f"CREATE OR REPLACE FUNCTION {BEGIN}(wanted text) RETURNS bigint {head} AS $swap${_begin(check, role)}$swap$",
        f"CREATE OR REPLACE FUNCTION {END}(wanted text) RETURNS void {head} AS $swap${_end(check, role, orphans, after, turn)}$swap$",
        f"REVOKE ALL ON FUNCTION {BEGIN}(text), {END}(text) FROM PUBLIC",
        f'GRANT EXECUTE ON FUNCTION {BEGIN}(text), {END}(text) TO "{role}"',
    ]


def _begin(check: str, role: str) -> str:
    """Return the body that creates an empty copy of a table and returns the last id of the original."""
    return f"""
DECLARE last bigint;
BEGIN{check}
  PERFORM pg_advisory_xact_lock(hashtext('dakehu replaces ' || wanted));
  EXECUTE format('DROP TABLE IF EXISTS %I', wanted || '{SUFFIX}');
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', wanted || '{SUFFIX}', wanted);
  EXECUTE format('GRANT SELECT, INSERT ON %I TO %I', wanted || '{SUFFIX}', '{role}');
  EXECUTE format('SELECT coalesce(max(id), 0) FROM %I', wanted) INTO last;
  RETURN last;
END """  # noqa: S608  names come from models


def _end(check: str, role: str, orphans: str, after: str, turn: int) -> str:
    """Return the body that builds the indexes of the new table and replaces the old one with it."""
    return f"""
DECLARE
  fresh text := wanted || '{SUFFIX}';
  part record;
  last bigint;
  tries int := 0;
  timeout text := current_setting('lock_timeout');
  columns text;
BEGIN{check}
  PERFORM set_config('maintenance_work_mem', '{MEMORY}', true);
  CREATE TEMP TABLE dakehu_parts ON COMMIT DROP AS
    SELECT conname::text AS name, contype::text AS kind, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE conrelid = wanted::regclass AND contype IN ('p', 'u')
    UNION ALL
    SELECT c.relname::text, 'i', pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = wanted::regclass
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid);
  FOR part IN SELECT * FROM dakehu_parts ORDER BY kind DESC, name LOOP
    IF part.kind = 'i' THEN
      EXECUTE regexp_replace(part.definition, '^CREATE (UNIQUE )?INDEX \\S+ ON \\S+',
        format('CREATE \\1INDEX %I ON %I', left(part.name, 58) || '{SUFFIX}', fresh));
    ELSE
      EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', fresh, left(part.name, 58) || '{SUFFIX}', part.definition);
    END IF;
  END LOOP;
  -- Statistics of what lists are sorted and filtered by; those of JSON and of arrays cost most and nothing is planned by them.
  SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
    WHERE attrelid = fresh::regclass
      AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = attrelid AND attnum = ANY (i.indkey));
  EXECUTE format('ANALYZE %I (%s)', fresh, columns);
  EXECUTE format('SELECT coalesce(max(id), 0) + 1 FROM %I', fresh) INTO last;
  EXECUTE format('ALTER TABLE %I ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (START WITH %s)', fresh, last);
  FOR part IN
    SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS name, a.privilege_type AS kind
    FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = wanted::regclass AND a.grantee <> c.relowner
  LOOP
    EXECUTE format('GRANT %s ON %I TO %s', part.kind, fresh, part.name);
  END LOOP;
  LOOP
    BEGIN
      -- First without those who write, so that no client goes any more while rows without one are deleted; others read on.
      PERFORM set_config('lock_timeout', '5s', true);
      EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', wanted);{orphans}
      PERFORM set_config('lock_timeout', '{WAIT}', true);
      -- The audit's turn first: another act may have it for long, and readers would wait as long for the table locked below.
      PERFORM pg_advisory_xact_lock({turn});
      IF to_regprocedure('public.{DROP_VIEWS}(text)') IS NOT NULL THEN
        PERFORM public.{DROP_VIEWS}(wanted);
      END IF;
      EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', wanted);
      EXIT;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      tries := tries + 1;
      IF tries >= {TRIES} THEN RAISE; END IF;
      PERFORM pg_sleep({PAUSE});
    END;
  END LOOP;
  PERFORM set_config('lock_timeout', timeout, true);
  EXECUTE format('DROP TABLE %I', wanted);
  EXECUTE format('ALTER TABLE %I RENAME TO %I', fresh, wanted);
  FOR part IN SELECT * FROM dakehu_parts LOOP
    IF part.kind = 'i' THEN
      EXECUTE format('ALTER INDEX %I RENAME TO %I', left(part.name, 58) || '{SUFFIX}', part.name);
    ELSE
      EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', wanted, left(part.name, 58) || '{SUFFIX}', part.name);
    END IF;
  END LOOP;
  EXECUTE format('ALTER SEQUENCE %s RENAME TO %I', pg_get_serial_sequence(quote_ident(wanted), 'id'), wanted || '_id_seq');
  EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %I TO %I', wanted || '_id_seq', '{role}');
  DROP TABLE dakehu_parts;{after}
  IF to_regprocedure('public.{CREATE_VIEWS}(text)') IS NOT NULL THEN
    PERFORM public.{CREATE_VIEWS}(wanted);
  END IF;
END """  # noqa: S608  names come from models


def _run_if_replaced(one: Replaceable, statements: Iterable[str]) -> str:
    """Return SQL that runs some statements if this is the table being replaced."""
    body = ";\n    ".join(statements)
    return f"\n  IF wanted = '{one.table}' THEN\n    {body};\n  END IF;"
