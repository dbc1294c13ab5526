#!/bin/bash
# Mounts some volumes again that are back, and starts what was ended for them. After a boot in between, which mounts by itself, it
# makes sure of that. Done twice it is done once.
. ./common.sh

# In bash's own seconds, of which another command may have taken four minutes.
deadline=360
for volume; do
  until disk=$(disk_of "$volume"); do
    [ "$SECONDS" -lt "$deadline" ] || fail "$volume did not appear"
    sleep 1
  done
done
! command -v udevadm >/dev/null || udevadm settle --timeout=30 || true

is_mounted() {
  local folder
  while read -r folder; do
    ! grep -q " $(<"$folder/dev") " /proc/self/mountinfo || return 0
  done < <(parts_of "$1")
  return 1
}
# The mount units of a disk, into which systemd makes the lines of fstab, too.
units_of() {
  local key value unit='' what=''
  while IFS='=' read -r key value; do
    case "$key" in
      Id) unit=$value ;;
      What) what=$value ;;
      '')
        what=$(readlink -f "$what" || true)
        [ -z "$unit" ] || [[ $what != "/dev/$1" && $what != "/dev/$1"p* ]] || printf '%s\n' "$unit"
        unit='' what=''
        ;;
    esac
  done < <(systemctl show -p Id -p What '*.mount' && echo)
}

give_back
for volume; do
  disk=$(disk_of "$volume")
  ! is_mounted "$disk" || continue
  while read -r unit; do
    timeout 60 systemctl start "$unit" || fail "$volume cannot be mounted: $unit does not start"
  done < <(units_of "$disk")
  is_mounted "$disk" || [ -e "$asked" ] || fail "nothing says where $volume is mounted"
done
# A machine that came up without its volume did not start what needs it.
[ -e "$asked" ] || systemctl start --no-block default.target || true
printf 'mounted %s\n' "$*"
