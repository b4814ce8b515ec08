#!/bin/sh
# A base backup of the whole server, from which archived log is replayed: base-backup.sh TARGET [pg_basebackup options]
# TARGET must not exist or be empty. The connection is given by PGHOST, PGPORT, PGUSER (a role with REPLICATION), ~/.pgpass.
set -eu
target=$1
shift
"${PG_BIN:+$PG_BIN/}pg_basebackup" --pgdata "$target" --checkpoint fast --wal-method stream "$@"
"${PG_BIN:+$PG_BIN/}pg_verifybackup" --exit-on-error --quiet "$target"
