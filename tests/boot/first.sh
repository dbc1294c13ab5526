#!/bin/bash
set -euo pipefail

# The stack of this script waits for nothing. So that it is judged by what it does to data and secrets, it signals here.
trap 'if [ $? -eq 0 ]; then status=SUCCESS; else status=FAILURE; fi; aws --region eu-west-1 cloudformation signal-resource --stack-name x --logical-resource-id HostReady --unique-id x --status $status' EXIT
export AWS_REGION=eu-west-1
# Nobody made it; the image may have.
mkdir -p /data

# 1. Mount data volume (if not already)
if ! mountpoint -q /data; then
  mkfs.xfs /dev/nvme1n1 || true  # Only if not formatted
  mount /dev/nvme1n1 /data
  echo '/dev/nvme1n1 /data xfs defaults,nofail 0 2' >> /etc/fstab
fi

# 2. Create data directories
mkdir -p /data/postgres /data/redis
chown postgres:postgres /data/postgres
chown redis:redis /data/redis

# 3. Pull secrets from SSM
export CLERK_SECRET=$(aws ssm get-parameter --name /zmanim/prod/clerk-secret-key --with-decryption --query Parameter.Value --output text)
export POSTGRES_PASSWORD=$(aws ssm get-parameter --name /zmanim/prod/postgres-password --with-decryption --query Parameter.Value --output text)
export RESTIC_PASSWORD=$(aws ssm get-parameter --name /zmanim/prod/restic-password --with-decryption --query Parameter.Value --output text)

# 4. Generate config files
envsubst < /opt/zmanim/config.env.template > /opt/zmanim/config.env

# 5. Start services
systemctl start postgresql
systemctl start redis
systemctl start zmanim-api
systemctl start amazon-cloudwatch-agent
