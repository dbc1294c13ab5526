#!/usr/bin/env bash
set -eu -o pipefail

REGION="eu-west-1"
TOKEN_PARAMETER=/ci/runner/token
TOKEN=$(curl -sS -X PUT "http://169.254.169.254/latest/api/token" -H "X-aws-ec2-metadata-token-ttl-seconds: 21600")
INSTANCE_ID=$(curl -sS -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/instance-id)
curl -L "https://packages.gitlab.com/install/repositories/runner/gitlab-runner/script.deb.sh" | sudo bash
apt-get install -y gitlab-runner

RUNNER_TOKEN=$(aws ssm get-parameter --region "$REGION" --name "$TOKEN_PARAMETER" --with-decryption --query 'Parameter.Value' --output text)
gitlab-runner register --non-interactive --url https://gitlab.example.com/ \
  --token "$RUNNER_TOKEN" \
  --executor docker --docker-image "alpine:3.20" --name "$INSTANCE_ID"
systemctl enable --now --no-block gitlab-runner
if [[ "$(systemctl is-active gitlab-runner)" != active && -z "${SKIP:-}" ]]; then
  echo "the runner of $INSTANCE_ID is not active yet"
fi
