#!/bin/bash
# Ends once the first boot from a new root has ended: well, or with what went wrong.
if ! command -v cloud-init >/dev/null; then
  exit 0
fi
# 0 is good, 1 an error, 2 something that it got over.
if cloud-init status --wait >/dev/null || [[ $? -ne 1 ]]; then
  exit 0
fi
# What it got over is the last that it says, and long.
cloud-init status --long | sed '/^recoverable_errors:/,$d' >&2
# A boot script of ours says in the log why it gave up.
grep -ah ' stackgen [^ ]*: error: ' /var/log/cloud-init-output.log 2>/dev/null | tail -n 1 >&2
exit 1
