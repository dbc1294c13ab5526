# Runs in the new root, after the packages and the files are there. What it does is what an image must bring.
set -eu
adduser --quiet --system --group --no-create-home zmanim
install -d -o zmanim -g zmanim /var/log/zmanim
install -d /opt/aws/amazon-cloudwatch-agent/etc
# The configuration of the cluster is the image's; its data is made on the volume.
pg_createcluster 17 main --datadir /data/postgres/17/main >/dev/null
rm -rf /data /var/log/postgresql/*
sed -i 's|^dir .*|dir /data/redis|' /etc/redis/redis.conf
grep -q '^dir /data/redis$' /etc/redis/redis.conf
# Nothing that needs the volume may start by itself before the boot script has run.
systemctl disable --quiet postgresql redis-server zmanim-api amazon-cloudwatch-agent
systemctl enable --quiet zmanim-cluster
# Every boot is a first one.
: >/etc/machine-id
rm -f /etc/hostname
cloud-init clean --logs
