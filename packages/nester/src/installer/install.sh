#!/bin/sh
# Brings the Harvester of Aerie @VERSION@ onto this machine and has it join a site of @URL@.
# That Nester has written it. As root; the code of the site comes by standard input, or in AERIE_ENROL_CODE.
# shellcheck disable=SC1112 # The apostrophes of French are meant.
set -eu
umask 022

nester=@URL@
version=@VERSION@
# 1: Nester's certificate vouches for itself. What comes from there is checked by its sum, which stands below.
self_signed=@SELF_SIGNED@

case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
  fr*) french=1 ;;
  *) french= ;;
esac

# say ENGLISH FRENCH
say() {
  if [ -n "$french" ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi
}

die() {
  say "$1" "$2" >&2
  exit 1
}

# fetch URL FILE
fetch() {
  if command -v curl >/dev/null 2>&1; then
    if [ "$self_signed" = 1 ]; then set -- "$@" --insecure; fi
    url=$1 file=$2
    shift 2
    curl --fail --silent --show-error --retry 2 --output "$file" "$@" "$url"
  elif command -v wget >/dev/null 2>&1; then
    if [ "$self_signed" = 1 ]; then set -- "$@" --no-check-certificate; fi
    url=$1 file=$2
    shift 2
    wget --no-verbose --tries=3 --output-document="$file" "$@" "$url"
  else
    die 'Neither curl nor wget is here: apt-get install curl' 'Il n’y a ici ni curl ni wget : apt-get install curl'
  fi
}

# What there is, by the machine's architecture: the archive, its size and its SHA-256.
machine=$(uname -m)
case $machine in
@ARCHIVES@
  *) die "Nester has no Harvester for this machine, $machine. It has: @MACHINES@." "Nester n’a pas de Harvester pour cette machine, $machine. Il en a pour : @MACHINES@." ;;
esac

[ "$(id -u)" = 0 ] || die 'Run this as root, with sudo for example.' 'À lancer en root, par exemple avec sudo.'

code=${AERIE_ENROL_CODE:-}
if [ -z "$code" ]; then
  if [ -t 0 ]; then say 'The code from the page of the site:' 'Le code de la page du site :'; fi
  read -r code || true
fi
[ -n "$code" ] || die 'There is no code: make one on the page of the site.' 'Il manque le code : faites-en un sur la page du site.'

# Not in /tmp, which may be memory: unpacked it takes some hundred megabytes.
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/aerie-probe.XXXXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM HUP

say "Fetching the Harvester, Aerie $version ($((bytes / 1000000)) MB)" "Téléchargement du Harvester, Aerie $version ($((bytes / 1000000)) Mo)"
fetch "$nester/probe/$archive" "$folder/$archive" ||
  die "$nester/probe/$archive could not be fetched." "$nester/probe/$archive n’a pas pu être téléchargé."
if ! printf '%s  %s\n' "$sum" "$folder/$archive" | sha256sum -c --status; then
  die "What came is not the archive of this script: it was damaged or changed on the way, or Nester was upgraded meanwhile. Nothing was installed. Make a new line on the page of the site." \
    "Ce qui est arrivé n’est pas l’archive de ce script : abîmée ou changée en route, ou Nester a été mis à jour entre-temps. Rien n’a été installé. Refaites une ligne sur la page du site."
fi
tar -xzf "$folder/$archive" -C "$folder" --no-same-owner
# In the environment, which only root and this account can read; arguments everybody can. Nothing else is to be read from here.
AERIE_ENROL_CODE=$code sh "$folder/${archive%.tar.gz}/deploy/debian/install.sh" --probe "$nester" </dev/null
