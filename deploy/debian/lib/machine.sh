# shellcheck shell=sh
# What Nester needs of the machine besides its programs: packages, an account, folders, settings, the key.

# Debian packages that are wanted and missing.
missing_packages() {
  wanted='ca-certificates'
  if has_role nester || [ "$ACTION" = install ]; then
    if wants nginx; then wanted="$wanted nginx openssl"; fi
    if wants ufw; then wanted="$wanted ufw"; fi
    if wants fail2ban; then wanted="$wanted fail2ban nftables python3-systemd"; fi
    if wants logrotate; then wanted="$wanted logrotate"; fi
  fi
  for package in $wanted; do
    # Whichever nginx is there will do.
    if [ "$package" = nginx ] && command -v nginx >/dev/null; then continue; fi
    if ! has_package "$package"; then printf '%s ' "$package"; fi
  done
}

install_packages() {
  missing=$(missing_packages)
  if [ -z "$missing" ]; then return 0; fi
  # shellcheck disable=SC2086 # names of packages, from above
  act "install ${missing% } with apt-get" "installer ${missing% } avec apt-get" get_packages $missing
}

get_packages() {
  DEBIAN_FRONTEND=noninteractive
  export DEBIAN_FRONTEND
  apt-get -q update && apt-get -q install -y --no-install-recommends "$@"
}

# account NAME HOME
account() {
  if id "$1" >/dev/null 2>&1; then return 0; fi
  act "make the account $1, which nobody can log in to" "créer le compte $1, auquel personne ne peut se connecter" \
    useradd --system --user-group --home-dir "$2" --no-create-home --shell /usr/sbin/nologin "$1"
}

make_nester_folders() {
  folder /etc/aerie 0755 root:root
  folder /var/lib/aerie 0700 aerie:aerie
  if [ ! -d /var/lib/aerie/backups ]; then
    act 'make the folder /var/lib/aerie/backups (aerie:aerie, 0700)' 'créer le dossier /var/lib/aerie/backups (aerie:aerie, 0700)' \
      as_aerie mkdir -m 0700 /var/lib/aerie/backups
  fi
  # Its group is that of the files in it, so that those who may read logs can.
  folder /var/log/classcord 2750 aerie:adm
  # Fail2ban does not start on a file that is not there yet.
  log_file=/var/log/classcord/classcord.log
  if [ ! -e "$log_file" ]; then
    act "make $log_file" "créer $log_file" make_log
  elif ! has_rights "$log_file" 0640 aerie:adm; then
    act "give $log_file to aerie:adm with mode 0640" "donner $log_file à aerie:adm, mode 0640" set_rights "$log_file" 0640 aerie:adm
  fi
}

# It takes the group of its folder.
make_log() {
  as_aerie sh -c 'umask 027 && : >>/var/log/classcord/classcord.log'
}

# as_aerie COMMAND…: what is done in a folder of aerie's. A link that a program gone wrong has put there leads root nowhere.
as_aerie() {
  setpriv --reuid=aerie --regid=aerie --clear-groups "$@"
}

# The key that seals secrets. One that an earlier installation by hand left with the data goes on.
make_key() {
  if [ -f /etc/aerie/secret.key ]; then
    if ! has_rights /etc/aerie/secret.key 0600 root:root; then
      act 'give /etc/aerie/secret.key to root alone' 'donner /etc/aerie/secret.key à root seul' set_rights /etc/aerie/secret.key 0600 root:root
    fi
    return 0
  fi
  act 'make the key that seals secrets, /etc/aerie/secret.key' 'créer la clé qui scelle les secrets, /etc/aerie/secret.key' write_key
}

write_key() {
  new=/etc/aerie/.secret.key.new
  rm -f "$new" &&
    (
      umask 077
      if [ -f /var/lib/aerie/secret.key ] && [ ! -L /var/lib/aerie/secret.key ]; then
        cat /var/lib/aerie/secret.key >"$new"
      else
        "$RELEASE/node_modules/.bin/node" "$RELEASE/packages/nester/bin/nester.js" secret make --data /var/lib/aerie --secret-key-file "$new"
      fi
    ) && sync "$new" && mv -f "$new" /etc/aerie/secret.key
}

# settings SOURCE TARGET GROUP: a file of settings where there is none. One that is there stays, whoever wrote it; when what comes
# with this release is no more what came with the last, the new text stands beside it, as dpkg does.
settings() {
  came=$BASE/defaults/${2##*/}
  if [ -e "$2" ] && ! has_rights "$2" 0640 "root:$3"; then
    act "give $2 to root, to be read by $3" "donner $2 à root, à lire par $3" set_rights "$2" 0640 "root:$3"
  fi
  if [ ! -e "$2" ]; then
    put "$1" "$2" 0640 "root:$3" || true
  elif ! cmp -s "$1" "$came" && ! cmp -s "$1" "$2"; then
    put "$1" "$2.new" 0640 "root:$3" || true
    say "    $2 is left as it is; what has changed for it since stands in $2.new" "    $2 reste tel quel ; ce qui a changé depuis pour lui est dans $2.new"
  fi
  if ! cmp -s "$1" "$came"; then
    put "$1" "$came" 0644 root:root || true
  fi
}

nester_settings() {
  scratch
  name=$(public_name)
  late=0
  if wants backups; then late=3; fi
  fill "$HERE/etc/nester.toml" "LATE=$late" "SERVER_NAME=$name" >"$SCRATCH/filled"
  if wants nginx; then
    sed 's/^@NGINX@//' "$SCRATCH/filled" >"$SCRATCH/nester.toml"
  else
    sed '/^@NGINX@/d' "$SCRATCH/filled" >"$SCRATCH/nester.toml"
  fi
  settings "$SCRATCH/nester.toml" /etc/aerie/nester.toml aerie
  if [ -n "$DOMAIN" ] && wants nginx && [ "$name" != "$DOMAIN" ] && [ "$name" != "[$DOMAIN]" ]; then
    warn "/etc/aerie/nester.toml says publicUrl = \"https://$name\". For $DOMAIN, write it there, then run install.sh again" \
      "/etc/aerie/nester.toml dit publicUrl = \"https://$name\". Pour $DOMAIN, l'y écrire, puis relancer install.sh"
  fi
}

# commands NAME…: what people type.
commands() {
  for command in "$@"; do
    put "$HERE/bin/$command" "/usr/local/bin/$command" 0755 root:root || true
  done
}
