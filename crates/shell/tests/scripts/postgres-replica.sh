#!/bin/bash
set -Eeuo pipefail
trap 'echo "failed at line $LINENO" >&2' ERR

readonly PGDATA=/var/lib/pgsql/data
readonly SELF=$(hostname -s)
umask 077
get_secret() {
  aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text
}
password=$(get_secret db/replicator)
printf '*:5432:replication:replicator:%s\n' "$password" >/run/pgpass
chown postgres:postgres /run/pgpass
dnf install -y postgresql15-server
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  sudo -u postgres env PGPASSFILE=/run/pgpass pg_basebackup -h primary.internal -U replicator -D "$PGDATA" -R
fi
case "$SELF" in
  replica-*) echo "this is a replica" ;;
  (*) echo "unexpected name: $SELF" >&2; exit 1 ;;
esac
systemctl enable --now --no-block postgresql
for i in {1..60}; do
  if sudo -u postgres pg_isready -q; then exit 0; fi
  sleep 2
done
exit 1
