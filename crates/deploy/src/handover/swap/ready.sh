#!/bin/bash
# Ends once the first boot from a new root has ended: well, or with what went wrong.
if ! command -v cloud-init >/dev/null; then
  exit 0
fi
# 0 is good, 1 an error, 2 something that it got over.
if cloud-init status --wait >/dev/null || [[ $? -ne 1 ]]; then
  exit 0
fi
cloud-init status --long >&2
exit 1
