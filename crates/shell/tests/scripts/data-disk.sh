#!/bin/bash
set -euo pipefail
# The disk is found by its serial number.
VOLUME_ID=vol-0abc1234def567890
SERIAL=${VOLUME_ID/-/}
deadline=$((SECONDS + 300))
DEVICE=""
while [ -z "$DEVICE" ]; do
  DEVICE=$(lsblk -dno NAME,SERIAL | awk -v s="$SERIAL" '$2 == s { print "/dev/" $1 }')
  (( SECONDS < deadline )) || { echo "no disk" >&2; exit 1; }
  sleep 2
done
dd if="$DEVICE" of=/dev/null bs=4096 count=1
FSTYPE=$(lsblk -no FSTYPE "$DEVICE")
if [[ -z $FSTYPE ]]; then
  mkfs -t xfs "$DEVICE"
fi
UUID=$(blkid -s UUID -o value "$DEVICE")
mkdir -p /srv/data
sed -i '\,/srv/data,d' /etc/fstab
printf 'UUID=%s /srv/data xfs defaults,noatime 0 0\n' "$UUID" >> /etc/fstab
mount /srv/data
