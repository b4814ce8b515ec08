"""SQL that controls access to schema `bi`: whom a login belongs to, what it sees, how it is created and ended.

All of it is in a separate schema that readers cannot access; views call its functions for them. A login is created only
for the person whose session proves it (`dakehu_reach`), so a user who can only send SQL as the application cannot
create one for another person. A login ends in the transaction that ends its token, for any reason.
"""

from django.conf import settings

from dakehu.domains.team.permissions import SQL_READ
from dakehu.domains.team.roles import ROLES, RoleName
from dakehu.exchange.bi.views import INNER, SCHEMA, View, literal, masks, quote_name
from dakehu.foundation import row_security
from dakehu.foundation.database.table_swap import CREATE_VIEWS, DROP_VIEWS

CREATE_LOGIN, END_LOGINS = f"{INNER}.create_login", f"{INNER}.end_logins"
DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
STATEMENT_SECONDS, CONNECTIONS = 300, 10  # of one login


def inner_statements(role: str) -> list[str]:
    """Return the SQL of the access-control schema, its login table and its functions. `role` is the application's."""
    return [
        f"CREATE SCHEMA IF NOT EXISTS {INNER}",
        f"CREATE TABLE IF NOT EXISTS {INNER}.login "
        "(login name PRIMARY KEY, user_id bigint NOT NULL UNIQUE, token_id bigint NOT NULL)",
        f"REVOKE ALL ON SCHEMA {INNER} FROM PUBLIC",
        f'REVOKE ALL ON {INNER}.login FROM PUBLIC, "{role}"',
        _reader(),
        *_clients(),
        *(_mask(name, body) for name, body in masks().items()),
        _end_logins(),
        _create_login(),
        *_triggers(),
        f'GRANT USAGE ON SCHEMA {INNER} TO "{role}"',
        f"REVOKE ALL ON FUNCTION {CREATE_LOGIN}(bigint, text), {END_LOGINS}() FROM PUBLIC",
        f'GRANT EXECUTE ON FUNCTION {CREATE_LOGIN}(bigint, text), {END_LOGINS}() TO "{role}"',
        # Functions of the desk list walled clients to any permitted caller, and temporary tables would outlive a login.
        "REVOKE USAGE ON SCHEMA public FROM PUBLIC",
        f"DO $do$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); "
        f"EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), {literal(role)}); END $do$",
    ]


def outer_statements(made: list[View]) -> list[str]:
    """Return the SQL of the readable schema: its views, and how a table's views are dropped when it is replaced."""
    statements = [
        f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}",
        f"COMMENT ON SCHEMA {SCHEMA} IS {literal('大客户工作台的只读视图 Read-only views of the desk')}",
        f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO PUBLIC",  # rows are for logins of staff: see reader()
        *(f"DROP VIEW IF EXISTS {SCHEMA}.{quote_name(view.name)}" for view in made),
    ]
    for view in made:
        statements += view.create
    return [*statements, *_replacing(made)]


def removal_statements() -> list[str]:
    """Return the SQL that removes SQL access: every login, both schemas, and the functions about views."""
    return [
        f"DO $do$ DECLARE one record; BEGIN IF to_regclass('{INNER}.login') IS NOT NULL THEN "  # noqa: S608  our own
        f"FOR one IN SELECT login FROM {INNER}.login WHERE login IN (SELECT rolname FROM pg_roles) LOOP {_drop_role()} END LOOP; "
        "END IF; END $do$",
        f"DROP SCHEMA IF EXISTS {SCHEMA}, {INNER} CASCADE",
        f"DROP FUNCTION IF EXISTS public.{DROP_VIEWS}(text), public.{CREATE_VIEWS}(text)",
    ]


def _reader() -> str:
    """Return SQL for the reader: the session login's person, while login, token and person are valid; else no row."""
    allowed = ", ".join(literal(name) for name, role in ROLES.items() if SQL_READ in role.permissions)
    reaches = " ".join(f"WHEN {literal(name)} THEN {literal(str(role.reach))}" for name, role in ROLES.items())
    levels = " ".join(f"WHEN {literal(name)} THEN {int(role.clearance)}" for name, role in ROLES.items())
    leading = ", ".join(literal(name) for name, role in ROLES.items() if role.leads)
    return f"""CREATE OR REPLACE FUNCTION {INNER}.reader()
RETURNS TABLE (user_id bigint, roles text[], reach text, clearance int, covers bigint[])
LANGUAGE sql STABLE ROWS 1 {DEFINER} AS $$
  SELECT person.id,
    ARRAY[person.role::text] || CASE WHEN person.has_admin_duty THEN ARRAY[{literal(RoleName.ADMIN.value)}] ELSE '{{}}' END,
    CASE person.role {reaches} ELSE 'none' END,
    CASE person.role {levels} ELSE 0 END,
    CASE WHEN person.role IN ({leading}) AND person.team_id IS NOT NULL
      THEN ARRAY(SELECT member.id FROM public.team_user AS member WHERE member.team_id = person.team_id) || person.id
      ELSE ARRAY[person.id] END
  FROM {INNER}.login AS known
  JOIN public.team_token AS token ON token.id = known.token_id
  JOIN public.team_user AS person ON person.id = known.user_id AND person.id = token.user_id
  WHERE known.login = session_user AND person.role IN ({allowed}) AND NOT ({_is_login_over_sql()}) AND NOT person.must_change $$"""  # noqa: S608


def _is_login_over_sql() -> str:
    """Return SQL that tests whether a login has expired, by its token or its person."""
    today = f"(now() AT TIME ZONE {literal(settings.TIME_ZONE)})::date"
    return f"token.revoked OR token.expires_on < {today} OR NOT person.is_active"


def _clients() -> list[str]:
    """Return the functions that list covered and walled clients: the rule of row-level security, for the reader."""
    of_reader = f"FROM {INNER}.reader()"
    covered = row_security.covered_sql(f"SELECT covers {of_reader}", f"SELECT user_id {of_reader}")
    head = "RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp"
    return [
        f"CREATE OR REPLACE FUNCTION {INNER}.covered() {head} AS $$ {covered} $$",
        f"CREATE OR REPLACE FUNCTION {INNER}.walled() {head} AS $$ {row_security.walled_sql()} $$",
    ]


def _mask(name: str, body: str) -> str:
    inner = f"SELECT {body} FROM (SELECT btrim(given, E' \\t\\r\\n\\u3000') AS value) AS trimmed"  # noqa: S608  our own
    return f"CREATE OR REPLACE FUNCTION {INNER}.{name}(given text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ {inner} $$"


def _drop_role() -> str:
    """Drop the role of `one`; if another object still depends on it, disable its sign-in."""
    return (
        "BEGIN EXECUTE format('DROP ROLE %I', one.login); EXCEPTION WHEN dependent_objects_still_exist THEN "
        "EXECUTE format('ALTER ROLE %I NOLOGIN PASSWORD NULL', one.login); END;"
    )


def _end_logins() -> str:
    """End every login whose token or person is no longer valid; return the count."""
    return f"""CREATE OR REPLACE FUNCTION {END_LOGINS}() RETURNS int LANGUAGE plpgsql {DEFINER} AS $$
DECLARE one record; ended int := 0;
BEGIN
  FOR one IN SELECT known.login, EXISTS (SELECT FROM pg_roles WHERE rolname = known.login) AS has_role
    FROM {INNER}.login AS known
    LEFT JOIN public.team_token AS token ON token.id = known.token_id
    LEFT JOIN public.team_user AS person ON person.id = known.user_id
    WHERE token.id IS NULL OR person.id IS NULL OR {_is_login_over_sql()}
      OR NOT EXISTS (SELECT FROM pg_roles WHERE rolname = known.login)
  LOOP
    IF one.has_role THEN {_drop_role()} END IF;
    DELETE FROM {INNER}.login WHERE login = one.login;
    ended := ended + 1;
  END LOOP;
  RETURN ended;
END $$"""  # noqa: S608  names of our own


def _create_login() -> str:
    """Create the login of the session's person, with one of their tokens as its password.

    Takes the SCRAM verifier of the token, so that the token is in no server log. Returns the login's name,
    which depends only on the database and the person's id, never on entered text.
    """
    return f"""CREATE OR REPLACE FUNCTION {CREATE_LOGIN}(wanted bigint, verifier text) RETURNS text LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  person_id bigint := nullif(current_setting('dakehu.user', true), '')::bigint;
  one record;
  role_name name;
BEGIN
  IF public.dakehu_reach() = '' OR person_id IS NULL THEN
    RAISE EXCEPTION 'a login is made by the person whose it is' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT token.expires_on INTO one FROM public.team_token AS token JOIN public.team_user AS person ON person.id = token.user_id
    WHERE token.id = wanted AND person.id = person_id AND token.scopes = {literal(f'["{SQL_READ}"]')}::jsonb AND NOT ({_is_login_over_sql()});
  IF NOT FOUND OR verifier !~ '^SCRAM-SHA-256[$]' THEN
    RAISE EXCEPTION 'no good token for a login' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM {END_LOGINS}();
  role_name := left(current_database(), 40) || '_bi_' || person_id;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
    IF NOT EXISTS (SELECT FROM {INNER}.login AS known WHERE known.login = role_name) THEN
      RAISE EXCEPTION 'another role has the name %', role_name USING ERRCODE = 'duplicate_object';
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L VALID UNTIL %L', role_name, verifier, one.expires_on + 1);
  ELSE
    EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS '
      'CONNECTION LIMIT {CONNECTIONS} PASSWORD %L VALID UNTIL %L', role_name, verifier, one.expires_on + 1);
  END IF;
  EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', role_name);
  EXECUTE format('ALTER ROLE %I SET search_path = {SCHEMA}', role_name);
  EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', role_name, '{STATEMENT_SECONDS}s');
  IF has_schema_privilege(role_name, 'public', 'USAGE') THEN
    RAISE EXCEPTION 'schema public is open to everybody' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  INSERT INTO {INNER}.login VALUES (role_name, person_id, wanted)
    ON CONFLICT (login) DO UPDATE SET user_id = excluded.user_id, token_id = excluded.token_id;
  RETURN role_name;
END $$"""  # noqa: S608  names of our own


def _triggers() -> list[str]:
    """End logins with the rows they depend on. An error must not keep a token from ending: the views refuse anyway."""
    body = (
        f"BEGIN PERFORM {END_LOGINS}(); RETURN NULL; EXCEPTION WHEN OTHERS THEN "
        "RAISE WARNING 'an SQL login could not be dropped: %', SQLERRM; RETURN NULL; END"
    )
    made = [f"CREATE OR REPLACE FUNCTION {INNER}.on_end() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$ {body} $$"]
    for table, columns in (("team_token", "revoked, expires_on"), ("team_user", "is_active")):
        made += [
            f"DROP TRIGGER IF EXISTS dakehu_bi_end ON public.{table}",
            f"CREATE TRIGGER dakehu_bi_end AFTER UPDATE OF {columns} OR DELETE ON public.{table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {INNER}.on_end()",
        ]
    return made


def _replacing(made: list[View]) -> list[str]:
    """Return the functions that drop the views on a table before it is replaced and re-create them afterwards."""
    drops, creates = "", ""
    for view in made:
        test = f"  IF wanted = {literal(view.table)} THEN\n    "
        drops += f"{test}DROP VIEW IF EXISTS {SCHEMA}.{quote_name(view.name)};\n  END IF;\n"
        creates += f"{test}{'; '.join(view.create)};\n  END IF;\n"
    head = f"RETURNS void LANGUAGE plpgsql {DEFINER} AS $swap$ BEGIN\n"
    return [
        f"CREATE OR REPLACE FUNCTION public.{DROP_VIEWS}(wanted text) {head}{drops}END $swap$",
        f"CREATE OR REPLACE FUNCTION public.{CREATE_VIEWS}(wanted text) {head}{creates}END $swap$",
        f"REVOKE ALL ON FUNCTION public.{DROP_VIEWS}(text), public.{CREATE_VIEWS}(text) FROM PUBLIC",
    ]
