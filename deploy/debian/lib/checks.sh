# shellcheck shell=sh
# What must hold before anything is changed.

check_root() {
  if [ "$(id -u)" -ne 0 ]; then
    die 'this needs root: sudo sh install.sh …' 'il faut être root : sudo sh install.sh …'
  fi
}

check_debian() {
  id=
  version=
  if [ -r /etc/os-release ]; then
    id=$(sed -n 's/^ID=//p' /etc/os-release | tr -d '"')
    version=$(sed -n 's/^VERSION_ID=//p' /etc/os-release | tr -d '"')
  fi
  case "$id $version" in
    'debian 11' | 'debian 12' | 'debian 13') ;;
    *)
      die "this is ${id:-an unknown system} ${version:-}, and Aerie is tried on Debian 11, 12 and 13. Elsewhere use Docker (docs/operations)" \
        "ceci est ${id:-un système inconnu} ${version:-}, et Aerie est éprouvé sur Debian 11, 12 et 13. Ailleurs, utiliser Docker (docs/operations)"
      ;;
  esac
}

# One at a time: two would undo each other.
take_turn() {
  if [ "$ACTION" = status ] || [ "$DRY" = yes ]; then return 0; fi
  # In a folder of root's own: in /run/lock anybody may have left a link by that name.
  exec 9>/run/aerie-install.lock
  flock -n 9 || die 'another install.sh is at work. Wait for it' 'un autre install.sh est à l’œuvre. L’attendre'
}

leave() {
  if [ -n "$SCRATCH" ]; then rm -rf "$SCRATCH"; fi
}

has_systemd() { [ -d /run/systemd/system ]; }

# The programs must be for this machine.
check_architecture() {
  if ! "$ROOT/node_modules/node/bin/node" --version >/dev/null 2>&1; then
    die "the programs of this release do not run on this machine ($(uname -m)). Take the release for it" \
      "les programmes de cette version ne tournent pas sur cette machine ($(uname -m)). Prendre la version qui lui convient"
  fi
}

# Two releases, one archive, and a backup of some size.
check_disk() {
  for place in /opt /var; do
    free=$(df -Pk "$place" | awk 'NR == 2 { print int($4 / 1024) }')
    if [ "$free" -lt 700 ]; then
      die "$place has ${free} MB left, and this needs 700. Make room" "il reste ${free} Mo dans $place, et il en faut 700. Faire de la place"
    fi
  done
}

# Whether something listens on a TCP port of this machine.
listens() {
  hex=$(printf '%04X' "$1")
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }'
}

# Which program listens there, as far as that can be told.
listener() {
  if command -v ss >/dev/null; then
    ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | head -n 1
  fi
}

# The ports that Nester and nginx are to have are theirs already, or nobody's.
check_ports() {
  if [ "$(systemctl is-active nester 2>/dev/null || true)" = activating ]; then return 0; fi
  if ! service_runs nester; then
    for port in 12345 3000; do
      if ! listens "$port"; then continue; fi
      who=$(listener "$port")
      if [ "$port" = 12345 ] && { [ "${who#python}" != "$who" ] || [ -z "$who" ]; }; then
        die "port 12345 is in use by ${who:-another program}. If it is an older Classcord server: stop it (its service too), install, then take its people and messages over: nester import classcord users.pkl classcord.db" \
          "le port 12345 est occupé par ${who:-un autre programme}. Si c'est un ancien serveur Classcord : l'arrêter (son service aussi), installer, puis reprendre ses comptes et messages : nester import classcord users.pkl classcord.db"
      fi
      die "port $port is in use by ${who:-another program}. Stop it, or give it another port" \
        "le port $port est occupé par ${who:-un autre programme}. L'arrêter, ou lui donner un autre port"
    done
  fi
  if wants nginx; then
    for port in 80 443; do
      if ! listens "$port"; then continue; fi
      who=$(listener "$port")
      if [ "$who" != nginx ] && ! service_runs nginx; then
        die "port $port is in use by ${who:-another program}. Stop it, or install --without nginx and let it pass requests on to 127.0.0.1:3000" \
          "le port $port est occupé par ${who:-un autre programme}. L'arrêter, ou installer --without nginx et lui faire transmettre les requêtes à 127.0.0.1:3000"
      fi
    done
  fi
}

# A service of that name is made by Nester's own unit; somebody else's would hide it.
check_older() {
  unit=/etc/systemd/system/classcord.service
  if [ -e "$unit" ] && [ ! -L "$unit" ]; then
    die "$unit is there, of an older Classcord server. Take its data over with \"nester import classcord\" after the installation; now: systemctl disable --now classcord && mv $unit /root/" \
      "$unit est là, d'un ancien serveur Classcord. Ses données se reprennent après l'installation par « nester import classcord » ; maintenant : systemctl disable --now classcord && mv $unit /root/"
  fi
}
