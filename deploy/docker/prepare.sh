#!/bin/sh
# Makes what is missing in secrets/ beside this file, as root: the key that seals secrets, the password of PostgreSQL, and
# a self-signed certificate for nginx. What is there stays as it is. It prints no secret.
#
#   sh prepare.sh [NAME]      the name or address of this machine in the certificate; by default what hostname says
set -eu
umask 077
cd "$(dirname "$0")"
# The users of the images: Nester's and nginx's.
nester=10001
nginx=101

[ "$(id -u)" = 0 ] || { echo 'prepare.sh: run it as root: the secrets are to belong to the users of the images' >&2; exit 1; }
mkdir -p secrets
chmod 0700 secrets

# Takes a new secret from standard input, for one user only. A file is there whole or not at all. It is made where nobody but root
# comes: in secrets/nester the container may have left a link.
keep() {
  cat > secrets/.new
  chown "$2:$2" secrets/.new
  chmod 0400 secrets/.new
  mv -T secrets/.new "secrets/$1"
  echo "made secrets/$1"
}
random_hex() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# A folder: Nester puts a new key in the place of the old one when it is told to (nester secret rotate).
install -d -o "$nester" -g "$nester" -m 0700 secrets/nester
if [ ! -e secrets/nester/secret.key ]; then
  printf '%s %s\n' "$(random_hex 6)" "$(head -c 32 /dev/urandom | base64)" | keep nester/secret.key "$nester"
  echo '  keep a copy of it apart from the backups: without it what is sealed cannot be opened'
fi
if [ ! -e secrets/postgres_password ]; then
  random_hex 24 | keep postgres_password 0
  rm -f secrets/pgpass
fi
[ -e secrets/pgpass ] || { printf '*:*:*:*:' && cat secrets/postgres_password && echo; } | keep pgpass "$nester"

if [ ! -e secrets/fullchain.pem ]; then
  name=${1:-$(hostname)}
  case $name in
    *[!0-9A-Za-z.:-]* | '') echo "prepare.sh: not a name or an address: $name" >&2; exit 2 ;;
    *:*) kind=IP ;;
    *[!0-9.]*) kind=DNS ;;
    *) kind=IP ;;
  esac
  command -v openssl > /dev/null || { echo 'prepare.sh: no certificate for nginx was made: apt-get install openssl' >&2; exit 1; }
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825 -subj "/CN=$name" \
    -addext "subjectAltName=$kind:$name" -keyout secrets/privkey.tmp -out secrets/fullchain.tmp 2> secrets/openssl.tmp \
    || { cat secrets/openssl.tmp >&2; rm -f secrets/*.tmp; exit 1; }
  keep privkey.pem "$nginx" < secrets/privkey.tmp
  keep fullchain.pem "$nginx" < secrets/fullchain.tmp
  rm -f secrets/*.tmp
  openssl x509 -in secrets/fullchain.pem -noout -fingerprint -sha256
fi
