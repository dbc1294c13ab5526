#!/bin/bash
# systemctl for tests: a unit is a file with the command that it runs, and is up while there is a file with the number of its process.
set -u
mkdir -p /run/units
verb=$1
shift
mounted_at() { awk -v at=/data '$2 == at { print $1 }' /etc/fstab; }
is_shut() {
  local assertion
  assertion=$(cat "/run/systemd/system/$1.d"/*.conf 2>/dev/null | sed -n 's/^AssertPathExists=//p')
  [ -n "$assertion" ] && [ ! -e "$assertion" ]
}
start() {
  if is_shut "$1"; then return 1; fi
  if [ "$1" = data.mount ]; then
    [ -n "$(mounted_at)" ] || return 5
    mountpoint -q /data || mount /data
    return
  fi
  [ -e "/units/$1" ] || return 5
  [ ! -e "/run/units/$1" ] || return 0
  local command pid=1
  command=$(<"/units/$1")
  if [ -n "$command" ]; then
    setsid $command </dev/null >/dev/null 2>&1 9>&- &
    pid=$!
    # Up is what has its file open; without it, it ends.
    until [[ $(readlink "/proc/$pid/fd"/*) == *"${command##* }"* ]]; do
      [ -e "/proc/$pid" ] || return 1
      sleep 0.05
    done
  fi
  echo "$pid" >"/run/units/$1"
}
stop() {
  local pid
  [ ! -e "/units/$1.stuck" ] || return 1
  read -r pid <"/run/units/$1" || return 0
  rm "/run/units/$1"
  [ "$pid" = 1 ] || { kill "$pid"; while [ -e "/proc/$pid" ]; do sleep 0.05; done; }
}
of_all() {
  local status=0 unit
  for unit in "${@:2}"; do "$1" "$unit" || status=$?; done
  return $status
}

case "$verb" in
  daemon-reload | reset-failed) ;;
  start | stop) of_all "$verb" "$@" ;;
  is-active) [ -e "/run/units/${*: -1}" ] ;;
  status)
    unit=$(grep -lx "${*: -1}" /run/units/* | head -n 1)
    [ -z "$unit" ] || printf '* %s - a service\n   Loaded: loaded\n' "${unit##*/}"
    [ -n "$unit" ]
    ;;
  show)
    case "$*" in
      *'*.mount') [ -z "$(mounted_at)" ] || printf 'What=%s\nId=data.mount\n' "$(mounted_at)" ;;
      '-p ActiveState '*)
        # A test may want it otherwise.
        cat "/units/${*: -1}.is" 2>/dev/null ||
          if [ -e "/run/units/${*: -1}" ]; then echo ActiveState=active; else echo ActiveState=inactive; fi
        ;;
      *) cat "/units/${*: -1}.show" 2>/dev/null ;;
    esac
    ;;
  *) echo "$verb is not played" >&2; exit 1 ;;
esac
