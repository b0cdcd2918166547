#!/bin/sh
# Starts the Harvester with CAP_NET_RAW where the container was given it (docker run --cap-add NET_RAW), so that nmap sees
# hardware addresses and operating systems; otherwise without, which every report then says. It never gets any right later.
set -eu
raw=/usr/local/sbin/with-net-raw
if "$raw" --inh-caps=+net_raw --ambient-caps=+net_raw true 2>/dev/null; then
  exec "$raw" --inh-caps=+net_raw --ambient-caps=+net_raw --no-new-privs harvester "$@"
fi
exec setpriv --no-new-privs harvester "$@"
