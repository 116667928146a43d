# A throw-away PostgreSQL that cannot outlive whoever holds its standard input.
# words: folder of the programs, temporary folder, port, on|off for fsync; first line of input: the password.
set -eu
programs=$1 temporary=$2 port=$3 fsync=$4
read -r password
umask 077
home=$(mktemp -d "$temporary/castellan-postgres.XXXXXX")
server=
leave() {
    trap '' HUP INT TERM
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$home"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM

printf '%s\n' "$password" >"$home/password"
"$programs/initdb" --pgdata="$home/data" --username=postgres --pwfile="$home/password" --auth=scram-sha-256 \
    --locale=C --encoding=UTF8 --no-sync >"$home/log" 2>&1 || { cat "$home/log" >&2; exit 1; }
rm "$home/password"

"$programs/postgres" -D "$home/data" -k "$home" -p "$port" \
    -c listen_addresses=127.0.0.1 -c max_connections=300 -c shared_buffers=256MB \
    -c fsync="$fsync" -c synchronous_commit="$fsync" -c full_page_writes="$fsync" \
    -c max_wal_size=2GB -c max_locks_per_transaction=256 >"$home/log" 2>&1 &
server=$!
until "$programs/pg_isready" -q -h 127.0.0.1 -p "$port"; do
    kill -0 "$server" 2>/dev/null || { cat "$home/log" >&2; server=; exit 1; }
    sleep 0.05
done
echo ready
# Nothing more is ever written to us: this ends when the other side is gone, however it went.
cat >/dev/null
