# shellcheck shell=bash
# What letting volumes go and taking them again have in common. The ids of the volumes are the arguments.
set -euo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# What was mounted and what ran, for as long as the machine is up.
record=/run/stackgen/let-go
# That volumes were to be let go since the machine came up.
asked=/run/stackgen/let-go.asked
# While it is there, systemd starts none of what needs the volumes.
gate=50-stackgen-let-go.conf

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Source: sd_booted(3).
[ -d /run/systemd/system ] || fail 'systemd does not run on this machine'
install -d -m 0700 /run/stackgen
# A command whose answer was lost was sent again.
exec 9>/run/stackgen/let-go.lock
flock -w 240 9 || fail 'another command is at work on the volumes of this machine'

# A disk is known by its serial number, which is the id of the volume without the dash; names change from boot to boot (Amazon
# EBS volumes and NVMe).
disk_of() {
  local candidate serial
  for candidate in /sys/block/*; do
    serial=
    [ ! -r "$candidate/device/serial" ] || read -r serial <"$candidate/device/serial" || continue
    if [ "$serial" = "vol${1#vol-}" ] && [ -b "/dev/${candidate##*/}" ]; then
      printf '%s\n' "${candidate##*/}"
      return
    fi
  done
  return 1
}
# The disk and its partitions, as folders of /sys.
parts_of() {
  local folder
  for folder in "/sys/block/$1" "/sys/block/$1/$1"?*; do
    [ ! -e "$folder/dev" ] || printf '%s\n' "$folder"
  done
}
# /proc/self/mountinfo writes blanks and the like as octal numbers (proc(5)).
plain() { printf '%b' "${1//\\/\\0}"; }
mount_unit() { systemd-escape --path --suffix=mount "$(plain "$1")"; }
is_mounted_at() {
  local number=$1 target=$2 device at
  while read -r _ _ device _ at _; do
    if [ "$device" = "$number" ] && [ "$at" = "$target" ]; then return; fi
  done </proc/self/mountinfo
  return 1
}

mount_again() {
  local volume=$1 part=$2 root=$3 target=$4 type=$5 options=$6 disk number base at device root_at
  disk=$(disk_of "$volume") || fail "$volume is not attached"
  [ -b "/dev/$disk$part" ] || fail "$volume has no /dev/$disk$part any more"
  number=$(stat -c '%t %T' "/dev/$disk$part")
  number=$((16#${number% *})):$((16#${number#* }))
  ! is_mounted_at "$number" "$target" || return 0
  if [ "$root" = / ]; then
    # Whatever says how it is mounted knows better: fstab is made into such units, too.
    timeout 60 systemctl start "$(mount_unit "$target")" >/dev/null 2>&1 || true
    is_mounted_at "$number" "$target" || mount -t "$type" -o "$options" "/dev/$disk$part" "$(plain "$target")"
  else
    base=
    while read -r _ _ device root_at at _; do
      if [ "$device" = "$number" ] && [ "$root_at" = / ]; then base=$at; fi
    done </proc/self/mountinfo
    [ -n "$base" ] || fail "the file system of $volume is not mounted, of which a folder belongs to $(plain "$target")"
    mount --bind "$(plain "${base%/}$root")" "$(plain "$target")"
  fi
  is_mounted_at "$number" "$target" || fail "$volume cannot be mounted at $(plain "$target")"
}

# Mounts what was mounted and starts what ran. What is so already stays.
give_back() {
  local kind volume part root target type options folder unit units=()
  [ -e "$record" ] || return 0
  for folder in /run/systemd/system/*.d; do
    [ ! -e "$folder/$gate" ] || rm -f "$folder/$gate"
    rmdir --ignore-fail-on-non-empty "$folder" 2>/dev/null || true
  done
  systemctl daemon-reload
  while read -r kind volume part root target type options <&3; do
    case "$kind" in
      mount) mount_again "$volume" "${part#-}" "$root" "$target" "$type" "$options" ;;
      unit) units+=("$volume") ;;
    esac
  done 3<"$record"
  if [ "${#units[@]}" -gt 0 ]; then
    systemctl reset-failed "${units[@]}" 2>/dev/null || true
    systemctl start "${units[@]}" || true
    for unit in "${units[@]}"; do
      systemctl is-active --quiet "$unit" || fail "$unit was ended and does not run again"
    done
  fi
  rm -f "$record"
}
