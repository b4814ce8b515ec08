#!/bin/sh
# Prepare a data directory to be recovered to a moment: restore-to.sh BASE DATA "2026-11-30 14:25:00+08" WAL [RECEIVED]
# BASE is what base-backup.sh wrote before that moment, DATA the new data directory, WAL the archive, RECEIVED the folder of
# pg_receivewal (its unfinished segment reaches up to the last second). Without a moment ("") everything is replayed.
# Then start PostgreSQL on DATA: it recovers, and takes requests when it has reached the moment.
set -eu
base=$1 data=$2 moment=$3 wal=$4 received=${5:-$4}
if [ -e "$data" ] && [ -n "$(ls -A "$data")" ]; then
    echo "$data is not empty; move it away first." >&2
    exit 1
fi
mkdir -p "$data"
cp -a "$base/." "$data/"
chmod 700 "$data"
rm -f "$data/standby.signal"
touch "$data/recovery.signal"
{
    echo "archive_mode = off"
    echo "restore_command = 'cp $wal/%f %p 2>/dev/null || cp $received/%f %p 2>/dev/null || cp $received/%f.partial %p'"
    if [ -n "$moment" ]; then
        echo "recovery_target_time = '$moment'"
        echo "recovery_target_action = promote"
    fi
} >>"$data/postgresql.auto.conf"
echo "Start PostgreSQL on $data; it recovers to ${moment:-the last change}."
