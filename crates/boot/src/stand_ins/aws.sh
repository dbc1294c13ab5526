#!/bin/bash
# The AWS command line, as far as boot scripts use it. What it does not know it refuses, as the real one does with 252.
set -u
. /stand-ins/bin/common.sh
record aws "$@"

usage() { printf 'stand-in of aws: %s\n' "$1" >&2; exit 252; }
declare -A option=()
words=()
while [ $# -gt 0 ]; do
  case "$1" in
    --with-decryption) option[with-decryption]=yes ;;
    --no-cli-pager | --no-paginate) ;;
    --region | --profile | --cli-connect-timeout | --cli-read-timeout | --output | --query | --name | --secret-id | \
      --stack-name | --logical-resource-id | --unique-id | --status)
      [ $# -gt 1 ] || usage "expected one argument after $1"
      option[${1#--}]=$2
      shift
      ;;
    --*) usage "the option $1 is not known here" ;;
    *) words+=("$1") ;;
  esac
  shift
done
need() { [ -n "${option[$1]:-}" ] || usage "the following arguments are required: --$1"; }
# An error of the service: the real one exits with 254.
error() { printf '\nAn error occurred (%s) when calling the %s operation: %s\n' "$1" "$2" "$3" >&2; exit 254; }
text_of() {
  if [ "${option[query]:-}" != "$1" ] || [ "${option[output]:-}" != text ]; then
    usage "only --query $1 --output text is played here"
  fi
}

if count_down unreachable; then
  printf '\nCould not connect to the endpoint URL\n' >&2
  exit 255
fi
[ -n "${option[region]:-${AWS_REGION:-${AWS_DEFAULT_REGION:-}}}" ] ||
  { printf '\nYou must specify a region. You can also configure your region by running "aws configure".\n' >&2; exit 253; }
case "${words[*]:-}" in
  'ssm get-parameter')
    need name
    text_of Parameter.Value
    file=${option[name]//\//%}
    if [ -e "/stand-ins/world/secure/$file" ]; then
      [ "${option[with-decryption]:-}" = yes ] || { echo AQICAHgencrypted==; exit; }
      cat "/stand-ins/world/secure/$file"
    elif [ -e "/stand-ins/world/parameters/$file" ]; then
      cat "/stand-ins/world/parameters/$file"
    else
      error ParameterNotFound GetParameter ''
    fi
    echo
    ;;
  'secretsmanager get-secret-value')
    need secret-id
    text_of SecretString
    file=/stand-ins/world/secrets/${option[secret-id]//\//%}
    [ -e "$file" ] || error ResourceNotFoundException GetSecretValue "Secrets Manager can't find the specified secret."
    cat "$file"
    echo
    ;;
  'cloudformation signal-resource')
    for name in stack-name logical-resource-id unique-id status; do need "$name"; done
    case "${option[status]}" in SUCCESS | FAILURE) ;; *) usage "Invalid choice: ${option[status]}" ;; esac
    if count_down deaf; then
      error ValidationError SignalResource "Resource ${option[logical-resource-id]} is in CREATE_PENDING state and cannot be signalled"
    fi
    record signal "${option[status]}" "${option[logical-resource-id]}" "${option[unique-id]}" "${option[stack-name]}"
    ;;
  *) usage "\`${words[*]:-}\` is not played here" ;;
esac
