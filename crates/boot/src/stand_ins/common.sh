# What every stand-in begins with: a call is written down whole before anything is done.
record() {
  {
    flock 8
    { printf '%s' "$1"; printf '\037%s' "${@:2}"; printf '\036'; } >&8
  } 8>>/stand-ins/calls
}

# Counts a file down; true as long as it was above zero.
count_down() {
  local left
  # Nobody changes a zero.
  read -r left <"/stand-ins/world/$1"
  [ "$left" -gt 0 ] || return 1
  exec 8<>"/stand-ins/world/$1.lock"
  flock 8
  read -r left <"/stand-ins/world/$1"
  if [ "$left" -gt 0 ]; then
    echo $((left - 1)) >"/stand-ins/world/$1"
  fi
  exec 8>&-
  [ "$left" -gt 0 ]
}
