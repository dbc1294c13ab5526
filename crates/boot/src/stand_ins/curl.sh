#!/bin/bash
# curl, for the metadata service (IMDSv2 only) and for asking whether AWS can be reached. There is no other network.
set -u
. /stand-ins/bin/common.sh
record curl "$@"

method=GET token='' wants_ttl='' fails='' output='' url='' data=''
while [ $# -gt 0 ]; do
  case "$1" in
    -X | --request) method=$2; shift ;;
    -H | --header)
      case "${2,,}" in
        x-aws-ec2-metadata-token:*) token=${2#*: } ;;
        x-aws-ec2-metadata-token-ttl-seconds:*) wants_ttl=${2#*: } ;;
      esac
      shift
      ;;
    -o | --output) output=$2; shift ;;
    -m | --max-time | --retry | --connect-timeout | --retry-delay | --retry-max-time | -w | --write-out) shift ;;
    --fail | --fail-with-body) fails=yes ;;
    --*) ;;
    -*) case "$1" in *f*) fails=yes ;; esac ;;
    *) url=$1 ;;
  esac
  shift
done
# Without a name for the output it goes to standard output.
body() { if [ -n "$output" ]; then cat >"$output"; else cat; fi; }
answer() {
  if [ "$1" -ge 400 ] && [ -n "$fails" ]; then
    printf 'curl: (22) The requested URL returned error: %s\n' "$1" >&2
    exit 22
  fi
  printf '%s' "$data" | body
  exit 0
}
path=${url#http://169.254.169.254/latest/}
case "$method $url" in
  'PUT http://169.254.169.254/latest/api/token')
    [ -n "$wants_ttl" ] || answer 400
    data=stand-in-token
    answer 200
    ;;
  'GET http://169.254.169.254/latest/'*)
    [ "$token" = stand-in-token ] || answer 401
    file=/stand-ins/world/metadata/$(printf '%s' "${path#meta-data/}" | tr / %)
    [ -e "$file" ] || answer 404
    data=$(cat "$file")
    answer 200
    ;;
  # What runs on the machine itself is well.
  'GET http://127.0.0.1'* | 'GET http://localhost'*) answer 200 ;;
  'GET https://'*.amazonaws.com/* | 'GET https://'*.amazonaws.com)
    if count_down unreachable; then
      printf 'curl: (28) Connection timed out\n' >&2
      exit 28
    fi
    answer 404
    ;;
  *)
    printf 'curl: (6) Could not resolve host: %s\n' "$url" >&2
    exit 6
    ;;
esac
