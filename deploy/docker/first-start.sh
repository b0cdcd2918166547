#!/bin/sh
# Starts Nester once while the image is made, as the user that it runs as (Node keeps what it compiled for each user apart), and
# stops it: what was compiled then stays in the image, and every later start is quicker for it.
set -eu
work=$(mktemp -d)
said=$work/said
nester serve --data "$work/data" --http 127.0.0.1:0 --tcp 127.0.0.1:0 --log "$work/log" > "$said" &
nester=$!
tries=0
until grep -q '^ready ' "$said"; do
  tries=$((tries + 1))
  [ "$tries" -lt 600 ] || { cat "$said" "$work/log" >&2; kill -9 "$nester"; exit 1; }
  sleep 0.1
done
kill "$nester"
wait "$nester"
rm -rf "$work"
