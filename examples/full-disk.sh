#!/bin/sh
# Tells a channel which disks are nearly full: one message a disk, none when there is room.
#   full-disk.sh '#supervision'        from 90 % on
#   full-disk.sh '#supervision' 75     from 75 % on
# The log-in must be kept beforehand, for the same user: classcord login URL --name NAME
set -eu

to=${1:?"usage: $0 '#channel' [percent]"}
from=${2:-90}

full=$(df -P | awk -v host="$(uname -n)" -v from="$from" 'NR > 1 && $5 + 0 >= from { print host ": " $6 " is " $5 " full" }')
# "send" ends with 0 only when every line is stored: cron mails whatever went wrong.
[ -z "$full" ] || printf '%s\n' "$full" | classcord send "$to"
