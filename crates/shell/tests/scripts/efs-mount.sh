#!/bin/bash -e
set -uo pipefail
yum install -y amazon-efs-utils nfs-utils
EFS_ID=fs-0123456789abcdef0
MOUNT=/mnt/efs
mkdir -p "${MOUNT}"
if ! grep -q "${EFS_ID}" /etc/fstab; then
  echo "${EFS_ID}:/ ${MOUNT} efs _netdev,noresvport,tls,iam 0 0" >> /etc/fstab
fi
retries=0
until mount -a -t efs,nfs4 defaults; do
  retries=$((retries + 1))
  if [ "$retries" -ge 10 ]; then
    echo "EFS did not mount" >&2
    exit 1
  fi
  sleep 15
done
chown ec2-user:ec2-user "${MOUNT}"
