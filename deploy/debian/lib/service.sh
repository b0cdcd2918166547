# shellcheck shell=sh
# Services of systemd, and the installation of Nester from end to end.

UNITS=/etc/systemd/system
# Set when what a service consists of has changed since it was started.
NESTER_AGAIN=no
PROBE_AGAIN=no

service_runs() {
  has_systemd && systemctl --quiet is-active "$1" 2>/dev/null
}

# unit NAME…: unit files of ours. Status 0 when one of them is new or has changed.
unit() {
  fresh=1
  for name in "$@"; do
    if put "$HERE/systemd/$name" "$UNITS/$name" 0644 root:root; then fresh=0; fi
  done
  if [ "$fresh" = 0 ] && has_systemd && [ "$DRY" = no ]; then systemctl daemon-reload; fi
  return "$fresh"
}

# at_boot UNIT: also where systemd is installed and does not run, as in the making of an image.
at_boot() {
  if ! command -v systemctl >/dev/null; then return 0; fi
  if [ "$(systemctl is-enabled "$1" 2>/dev/null || true)" != enabled ]; then
    act "start $1 at boot" "lancer $1 au démarrage" systemctl --quiet enable "$1"
  fi
}

# start_unit UNIT: starts it, or again. When it does not start, the last line is what it said itself.
start_unit() {
  begun=$(date +%s)
  if systemctl restart "$1"; then return 0; fi
  journalctl -u "$1" --since "@$begun" -o cat --no-pager | grep -v '^systemd\|^Starting\|^Started\|^Stopped\|^Failed\|: Main process\|: Failed with\|: Scheduled' | tail -n 10
  return 1
}

# keep_running UNIT CHANGED HOW: a service that is to run, from boot on. HOW it takes a change: reload or restart.
keep_running() {
  at_boot "$1"
  if ! has_systemd; then return 0; fi
  if ! service_runs "$1"; then
    act "start $1" "lancer $1" start_unit "$1"
  elif [ "$2" = yes ]; then
    case $3 in
      reload) act "have $1 read its settings again" "faire relire ses réglages à $1" systemctl reload "$1" ;;
      *) act "start $1 again" "relancer $1" start_unit "$1" ;;
    esac
  fi
}

install_nester() {
  check_disk
  need_release
  check_architecture
  resume_upgrade
  check_older
  check_ports
  if [ "$DRY" = yes ]; then show 'Nothing is done. This would be:' 'Rien n’est fait. Ce serait :'; fi
  open_log
  log "install.sh $ACTION, Aerie $(cat "$ROOT/VERSION")"
  step "Packages of Debian" "Paquets de Debian"
  install_packages
  step "Programs: Aerie $(version_of "$ROOT")" "Programmes : Aerie $(version_of "$ROOT")"
  RELEASE=
  place_release
  check_release
  put_nester_in_place
  first=no
  if has_systemd && ! service_runs nester; then first=yes; fi
  start_nester
  prune_releases
  if has_role probe; then put_probe_in_place; start_probe; fi
  if [ "$DRY" = yes ]; then return 0; fi
  if [ "$CHANGES" = 0 ]; then
    say 'Nothing had to be changed.' 'Il n’y avait rien à changer.'
  fi
  if [ "$QUIET_END" = no ]; then last_words; fi
}

# Everything but the start: used by an upgrade and its undoing too, with the files of the release that is to run.
put_nester_in_place() {
  step 'Accounts and folders' 'Comptes et dossiers'
  account aerie /var/lib/aerie
  make_nester_folders
  make_key
  point "$CURRENT" "releases/${RELEASE##*/}"
  step 'Settings' 'Réglages'
  keep_choices nester
  nester_settings
  if wants nginx; then make_certificate; fi
  commands nester classcord
  step 'Service' 'Service'
  if unit nester.service; then NESTER_AGAIN=yes; fi
  if wants backups; then
    if unit aerie-backup.service aerie-backup.timer; then :; fi
  fi
}

start_nester() {
  at_boot nester.service
  if wants backups; then at_boot aerie-backup.timer; fi
  if has_systemd; then
    if ! service_runs nester; then
      act 'start Nester' 'lancer Nester' start_unit nester.service
    elif [ "$NESTER_AGAIN" = yes ]; then
      act 'start Nester again' 'relancer Nester' start_unit nester.service
    fi
    if wants backups && ! service_runs aerie-backup.timer; then
      act 'start the backups of every hour' 'lancer les sauvegardes de chaque heure' systemctl start aerie-backup.timer
    fi
  fi
  step 'Around it' 'Autour'
  set_up_parts
  if ! has_systemd || [ "$DRY" = yes ]; then return 0; fi
  step 'Its doors' 'Ses portes'
  healthy 60 || die "Nester does not answer: $(reason). What it says: journalctl -u nester" "Nester ne répond pas : $(reason). Ce qu'il dit : journalctl -u nester"
  sed 's/^/    /' "$SCRATCH/printed"
}

# healthy SECONDS: whether Nester answers at the doors that people use.
healthy() {
  set -- "$1"
  if wants nginx && service_runs nginx; then set -- "$1" nginx; fi
  service_runs nester && quietly "$CURRENT/node_modules/.bin/node" "$CURRENT/deploy/debian/lib/doors.js" "$TONGUE" /etc/aerie/nester.toml "$@"
}

# Addresses, fingerprint, and the link that makes the first administrator, which goes to the terminal only.
last_words() {
  if ! has_systemd; then
    say 'systemd does not run here: all is installed, and nothing was started. Where systemd runs, it starts with the machine.' \
      'systemd ne tourne pas ici : tout est installé, rien n’est lancé. Là où systemd tourne, cela se lance avec la machine.'
    return 0
  fi
  say "Aerie $(version_of "$CURRENT") runs." "Aerie $(version_of "$CURRENT") tourne."
  if wants nginx; then
    say "  Web:       https://$(public_name)" "  Web :       https://$(public_name)"
    if ! openssl x509 -in /etc/aerie/tls/fullchain.pem -noout -issuer -subject | sed 's/^[a-z]*=//' | uniq | sed -n 2p | grep -q .; then
      fingerprint=$(openssl x509 -in /etc/aerie/tls/fullchain.pem -noout -fingerprint -sha256 | sed 's/^.*=//')
      say "             the browser warns once: the certificate signs itself. Its SHA-256 fingerprint is" "              le navigateur avertit une fois : le certificat est autosigné. Son empreinte SHA-256 est"
      say "             $fingerprint" "              $fingerprint"
    fi
  else
    say '  Web:       http://127.0.0.1:3000, on this machine only (from another: ssh -L 3000:127.0.0.1:3000 …)' \
      '  Web :       http://127.0.0.1:3000, sur cette machine seulement (d’une autre : ssh -L 3000:127.0.0.1:3000 …)'
  fi
  say "  Classcord: $(public_name), port 12345" "  Classcord : $(public_name), port 12345"
  say '  Log:       /var/log/classcord/classcord.log' '  Journal :   /var/log/classcord/classcord.log'
  if has_administrator; then return 0; fi
  if [ "$first" = yes ] && link=$(/usr/local/bin/nester setup-link 2>/dev/null); then
    show 'Open this link within 30 minutes. It makes the first administrator:' 'Ouvrir ce lien dans les 30 minutes. Il crée le premier administrateur :'
    show "  $link" "  $link"
  else
    say 'There is no administrator yet. This prints a link that makes one: nester setup-link' 'Il n’y a pas encore d’administrateur. Ceci affiche un lien qui en crée un : nester setup-link'
  fi
}

has_administrator() {
  /usr/local/bin/nester user list --json 2>/dev/null | tr -d ' \n' | grep -q '"role":"admin"'
}
