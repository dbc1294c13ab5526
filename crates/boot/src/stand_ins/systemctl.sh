#!/bin/bash
# systemctl, as far as the start of services goes: what a unit requires, what it asserts, what it mounts, what it runs. Where
# the real one would wait for cloud-init, which waits for the script that asks, this one says so and fails.
set -u
. /stand-ins/bin/common.sh
record systemctl "$@"

running=/stand-ins/active failed=/stand-ins/failed
units='/etc/systemd/system /run/systemd/system /usr/lib/systemd/system'
mkdir -p "$running" "$failed"
now='' blocking=yes quiet='' verb='' names=()
for word in "$@"; do
  case "$word" in
    --now) now=yes ;;
    --no-block) blocking='' ;;
    -q | --quiet) quiet=yes ;;
    --no-pager | --no-ask-password) ;;
    -*) printf 'stand-in of systemctl: the option %s is not known here\n' "$word" >&2; exit 1 ;;
    *) if [ -z "$verb" ]; then verb=$word; else names+=("${word%.service}"); fi ;;
  esac
done

# An instance of a template has the template's file.
file_of() {
  local folder
  for folder in $units; do
    [ ! -e "$folder/$1.service" ] || { printf '%s\n' "$folder/$1.service"; return; }
    case "$1" in *@?*) [ ! -e "$folder/${1%%@*}@.service" ] || { printf '%s\n' "$folder/${1%%@*}@.service"; return; } ;; esac
  done
  return 1
}
text_of() {
  local folder
  cat "$(file_of "$1")"
  for folder in $units; do
    cat "$folder/$1.service.d"/*.conf 2>/dev/null
    case "$1" in *@?*) cat "$folder/${1%%@*}@.service.d"/*.conf 2>/dev/null ;; esac
  done
}
# The values of a key, one a line; and the last of them. Without other programs, since this is asked often.
values() {
  local line
  while IFS= read -r line; do
    [[ $line != "$2="* ]] || printf '%s\n' "${line#*=}"
  done <<<"$1"
}
last() {
  local line
  value=
  while IFS= read -r line; do
    [[ $line != "$2="* ]] || value=${line#*=}
  done <<<"$1"
}

is_mounted() {
  mountpoint -q "$1" && return
  # systemd makes a mount unit of every line in fstab, and starts it where it is required.
  grep -qE "^[^#[:space:]]+[[:space:]]+$1[[:space:]]" /etc/fstab && mount "$1" 2>/dev/null && mountpoint -q "$1"
}
# What the service would see at this moment.
witness() {
  local paths seen=''
  mapfile -t paths </stand-ins/world/watched
  if [ -n "${paths[*]}" ]; then
    seen=$(stat -c '%n %U:%G %a' "${paths[@]}" 2>/dev/null; stat -f -c '%n on %T' "${paths[@]}" 2>/dev/null)
  fi
  record started "$1" "$seen"
}
run() {
  local text=$1 command may_fail value out=/stand-ins/units.log err file settings=(env -i "PATH=/usr/sbin:/usr/bin:/sbin:/bin" LANG=C.UTF-8)
  [ ! -s /stand-ins/world/unit-seconds ] || settings+=("SECONDS=$(cat /stand-ins/world/unit-seconds)")
  while read -r file; do
    case "$file" in '' | -*) continue ;; esac
    [ -e "$file" ] || return 1
  done <<<"$(values "$text" EnvironmentFile)"
  last "$text" StandardOutput
  case "$value" in null) out=/dev/null ;; tty | journal+console) out=/dev/console ;; esac
  err=$out
  last "$text" StandardError
  case "$value" in null) err=/dev/null ;; journal) err=/stand-ins/units.log ;; esac
  while read -r command; do
    [ -n "$command" ] || continue
    may_fail=''
    # systemd.service(5): a minus before a command forgives it; the other marks change nothing here.
    while case "$command" in -*) may_fail=yes ;; [@:+!]*) ;; *) false ;; esac; do command=${command:1}; done
    "${settings[@]}" bash -c "exec $command" >>"$out" 2>>"$err" </dev/null || [ -n "$may_fail" ] || return 1
  done <<<"$(values "$text" ExecStart)"
}
start() {
  local unit=$1 text path required type value
  [ ! -e "$running/$unit" ] || return 0
  if ! file_of "$unit" >/dev/null; then
    printf 'Failed to start %s.service: Unit %s.service not found.\n' "$unit" "$unit" >&2
    return 5
  fi
  text=$(text_of "$unit")
  if [ -n "$blocking" ] && [ -e /stand-ins/cloud-init-runs ] && values "$text" After | grep -qE 'cloud-(init|config|final)'; then
    printf 'stand-in of systemctl: the start of %s waits for cloud-init, which waits for this script\n' "$unit" >&2
    record blocked "$unit"
    return 1
  fi
  for path in $(values "$text" RequiresMountsFor); do
    is_mounted "$path" || { printf 'A dependency job for %s.service failed.\n' "$unit" >&2; return 1; }
  done
  for required in $(values "$text" Requires); do
    case "$required" in *.target | *.socket) continue ;; esac
    start "${required%.service}" || { printf 'A dependency job for %s.service failed.\n' "$unit" >&2; return 1; }
  done
  for path in $(values "$text" AssertPathExists); do
    [ -e "$path" ] || { printf 'Assertion failed on job for %s.service.\n' "$unit" >&2; return 1; }
  done
  witness "$unit"
  if ! run "$text"; then
    printf 'Job for %s.service failed because the control process exited with error code.\n' "$unit" >&2
    : >"$failed/$unit"
    return 1
  fi
  rm -f "$failed/$unit"
  last "$text" Type
  type=$value
  last "$text" RemainAfterExit
  if [ "$type" != oneshot ] || [ "$value" = yes ] || [ "$value" = true ]; then
    : >"$running/$unit"
  fi
}
start_all() {
  local unit status=0
  for unit in ${names[@]+"${names[@]}"}; do start "$unit" || status=$?; done
  return $status
}
enable() {
  local unit text target
  for unit in ${names[@]+"${names[@]}"}; do
    file_of "$unit" >/dev/null || { printf 'Failed to enable unit: Unit file %s.service does not exist.\n' "$unit" >&2; return 1; }
    text=$(text_of "$unit")
    for target in $(values "$text" WantedBy); do
      mkdir -p "/etc/systemd/system/$target.wants"
      ln -sfn "$(file_of "$unit")" "/etc/systemd/system/$target.wants/$unit.service"
    done
  done
}
begin() {
  if [ -n "$blocking" ]; then
    start_all
  else
    # What fails later is told by nobody here; the real one writes it to the journal.
    ( start_all ) >>/stand-ins/units.log 2>&1 </dev/null &
  fi
}

case "$verb" in
  daemon-reload | reset-failed | mask | unmask) ;;
  start) begin ;;
  restart | try-restart)
    for unit in ${names[@]+"${names[@]}"}; do rm -f "$running/$unit"; done
    begin
    ;;
  stop) for unit in ${names[@]+"${names[@]}"}; do rm -f "$running/$unit"; done ;;
  enable)
    enable || exit
    [ -z "$now" ] || begin
    ;;
  disable) for unit in ${names[@]+"${names[@]}"}; do rm -f /etc/systemd/system/*.wants/"$unit.service" "$running/$unit"; done ;;
  is-active)
    status=3 # systemctl(1): of several, one is enough
    for unit in ${names[@]+"${names[@]}"}; do
      if [ -e "$running/$unit" ]; then status=0 word=active; else word=inactive; fi
      [ -n "$quiet" ] || echo "$word"
    done
    exit $status
    ;;
  is-failed)
    status=1
    for unit in ${names[@]+"${names[@]}"}; do [ ! -e "$failed/$unit" ] || status=0; done
    exit $status
    ;;
  is-enabled)
    status=1
    for unit in ${names[@]+"${names[@]}"}; do
      for link in /etc/systemd/system/*.wants/"$unit.service"; do [ ! -L "$link" ] || status=0; done
    done
    exit $status
    ;;
  default)
    # A boot. Nothing waits for a mount with `nofail` but who requires it (systemd.mount(5)), so those come last here.
    for link in /etc/systemd/system/multi-user.target.wants/*.service; do
      [ ! -L "$link" ] || names+=("$(basename "$link" .service)")
    done
    start_all
    status=$?
    while read -r _ path _; do
      case "$path" in /?*) mountpoint -q "$path" || mount "$path" >/dev/null 2>&1 || true ;; esac
    done < <(grep -v '^#' /etc/fstab)
    exit $status
    ;;
  *) printf 'stand-in of systemctl: `%s` is not played here\n' "$verb" >&2; exit 1 ;;
esac
