#!/bin/bash
# Ends what uses some volumes and unmounts them, so that they can be detached while the machine runs. What cannot be ended in
# order is left, and then everything is as it was. Done twice it is done once.
. ./common.sh
: >"$asked"

declare -A place
names=' ' numbers=' '
for volume; do
  disk=$(disk_of "$volume") ||
    fail "$volume is no disk that is known by its serial number (disks of Xen machines have none)"
  while read -r folder; do
    for holder in "$folder"/holders/*; do
      [ ! -e "$holder" ] || fail "$volume is part of ${holder##*/}; LVM, RAID and encryption are not taken apart"
    done
    number=$(<"$folder/dev") name=${folder##*/}
    place[$number]="$volume -${name#"$disk"}"
    names+="$name "
    # As stat(2) tells devices.
    numbers+="$((${number%:*} << 8 | ${number#*:} & 255 | (${number#*:} & ~255) << 12)) "
  done < <(parts_of "$disk")
done

mounts=() targets=() devices=()
while read -r _ _ number root target options rest; do
  rest=" $rest"
  read -r type source _ <<<"${rest#* - }"
  if [ -n "${place[$number]:-}" ]; then
    mounts+=("mount ${place[$number]} $root $target $type $options")
    targets+=("$target") devices+=("$number")
    case "$root" in
      /) bases="${bases:- }$number " ;;
      *) [[ ${bases:-} == *" $number "* ]] || fail "only a part of ${place[$number]% *} is mounted, at $(plain "$target")" ;;
    esac
  elif [[ $source == /dev/* && $names == *" ${source##*/} "* ]]; then
    fail "$(plain "$target") is on $source as $type, which may have several disks"
  else
    for above in "${targets[@]}"; do
      [[ $target != "${above%/}"/* ]] || fail "$(plain "$target") is mounted below $(plain "$above")"
    done
  fi
done </proc/self/mountinfo
while read -r file _; do
  if [[ $names == *" ${file##*/} "* && $file == /dev/* ]] || [[ $numbers == *" $(stat -c %d "$(plain "$file")" 2>/dev/null) "* ]]; then
    fail "$file is in use as swap"
  fi
done < <(tail -n +2 /proc/swaps)

# Processes with something of the volumes in use: a folder they are in, their program, an open or a mapped file.
users() {
  {
    find -L /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/exe -maxdepth 0 -printf '%D %p\n' 2>/dev/null || true
    find -L /proc/[0-9]*/fd /proc/[0-9]*/map_files -mindepth 1 -maxdepth 1 -printf '%D %p\n' 2>/dev/null || true
  } | while IFS=' /' read -r number _ pid _; do
    [[ $numbers != *" $number "* ]] || printf '%s\n' "$pid"
  done | sort -nu
}
# A process by its service, or else by its command.
told() { printf '%s (%s)' "$1" "$(unit_of "$1" || tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | cut -c -80)"; }

units=()
# A unit that is up, with what systemd stops together with it, and with what would start it again.
add() {
  local unit=$1
  case "$unit" in *.service | *.socket | *.timer | *.path | *.automount) ;; *) return 0 ;; esac
  [[ " ${units[*]} " != *" $unit "* ]] || return 0
  case "$(systemctl show -p ActiveState -p Transient "$unit")" in
    *ActiveState=inactive* | *ActiveState=failed*) return 0 ;;
    *Transient=yes*) fail "$unit uses the volume and cannot be started again; end it first" ;;
    *ActiveState=active*) ;;
    # Such as a task that a timer began.
    *) fail "$unit uses the volume and is at work just now; try it later" ;;
  esac
  units+=("$unit")
  related "$unit"
}
related() {
  local next
  while read -r next; do
    [ -z "$next" ] || add "$next"
  done < <(systemctl show -p RequiredBy -p RequisiteOf -p BoundBy -p ConsistsOf -p PropagatesStopTo -p TriggeredBy "$1" |
    cut -d= -f2- | tr ' ' '\n')
}
unit_of() {
  local unit
  read -r _ unit _ < <(systemctl status --no-pager --lines=0 "$1" 2>/dev/null || true) || true
  # Somebody's login and what it started has a scope or a manager of its own, and cannot be started again.
  case "${unit:-}" in user@*) return 1 ;; *.service) printf '%s\n' "$unit" ;; *) return 1 ;; esac
}

own=$(unit_of "$$" || true)
while read -r pid; do
  [ -e "/proc/$pid" ] || continue
  unit=$(unit_of "$pid") || fail "process $(told "$pid") uses the volume and belongs to no service; end it first"
  add "$unit"
done < <(users)
for target in "${targets[@]}"; do
  related "$(mount_unit "$target")"
done
[ -z "$own" ] || [[ " ${units[*]} " != *" $own "* ]] || fail "$own, by which this command came, uses the volume itself"

# From here on something changes, and a failure gives it back.
ended() {
  local status=$?
  trap - EXIT
  [ "$status" -eq 0 ] || (give_back) || printf 'and not everything runs again\n' >&2
  exit "$status"
}
trap ended EXIT
trap 'exit 1' HUP INT TERM
(
  umask 077
  for line in "${mounts[@]}" "${units[@]/#/unit }"; do printf '%s\n' "$line"; done >>"$record"
)
# A unit that somebody or something starts meanwhile would mount the volume again, or write to the empty folder. `systemctl mask
# --runtime` does not hold for units in /etc, which come before those in /run (systemd.unit(5)); this does, until a boot.
for unit in "${units[@]}" $(for target in "${targets[@]}"; do mount_unit "$target"; done); do
  mkdir -p "/run/systemd/system/$unit.d"
  printf '[Unit]\nAssertPathExists=/run/stackgen/volume-is-back\n' >"/run/systemd/system/$unit.d/$gate"
done
[ "${#units[@]}${#targets[@]}" = 00 ] || systemctl daemon-reload

triggers=() services=()
for unit in "${units[@]}"; do
  case "$unit" in *.service) services+=("$unit") ;; *) triggers+=("$unit") ;; esac
done
# Whatever would start a service again goes first. systemd keeps their order among each other.
[ "${#triggers[@]}" -eq 0 ] || systemctl stop "${triggers[@]}" || fail "${triggers[*]} cannot be stopped"
[ "${#services[@]}" -eq 0 ] || systemctl stop "${services[@]}" || fail "${services[*]} cannot be stopped"
for pid in $(users); do
  [ ! -e "/proc/$pid" ] || fail "process $(told "$pid") still uses the volume after ${services[*]:-nothing} was stopped"
done

sync
for ((at = ${#targets[@]} - 1; at >= 0; at--)); do
  # What a trigger had mounted is gone with it.
  is_mounted_at "${devices[at]}" "${targets[at]}" || continue
  why=$(umount "$(plain "${targets[at]}")" 2>&1) || fail "$(plain "${targets[at]}") is not let go: $why"
done
# Also in a root of its own, as containers have one, nobody may hold it.
for number in "${!place[@]}"; do
  holder=$(grep -l " $number " /proc/[0-9]*/mountinfo 2>/dev/null | cut -d/ -f3 | head -n 1) || true
  [ -z "$holder" ] || fail "${place[$number]% *} is still mounted for process $(told "$holder")"
done
printf 'let go of %s\n' "$*"
