# shellcheck shell=sh
# A Harvester that joins a site.

install_probe() {
  case $PROBE_URL in
    http://?* | https://?*) ;;
    *) wrong_usage '--probe wants the address of Nester, such as https://nester.example, and a code' '--probe attend l’adresse de Nester, comme https://nester.example, et un code' ;;
  esac
  check_disk
  need_release
  check_architecture
  resume_upgrade
  if [ "$DRY" = yes ]; then show 'Nothing is done. This would be:' 'Rien n’est fait. Ce serait :'; fi
  open_log
  log "install.sh $ACTION, Aerie $(cat "$ROOT/VERSION")"
  step 'Packages of Debian' 'Paquets de Debian'
  get_nmap
  step "Programs: Aerie $(version_of "$ROOT")" "Programmes : Aerie $(version_of "$ROOT")"
  RELEASE=
  place_release
  check_release
  put_probe_in_place
  step 'Enrolment' 'Enrôlement'
  join_site
  start_probe
  prune_releases
  if [ "$DRY" = yes ]; then return 0; fi
  if [ "$CHANGES" = 0 ]; then say 'Nothing had to be changed.' 'Il n’y avait rien à changer.'; fi
  show "" ""
  /usr/local/bin/harvester status || true
}

# Without nmap a probe still finds devices and ports, by connecting to them; so it is no reason to stop.
get_nmap() {
  if has_package nmap; then return 0; fi
  CHANGES=$((CHANGES + 1))
  say '  + install nmap with apt-get' '  + installer nmap avec apt-get'
  if [ "$DRY" = yes ]; then return 0; fi
  if ! quietly get_packages nmap ca-certificates; then
    warn "nmap could not be installed: $(reason). The probe works without it, and sees less" \
      "nmap n'a pas pu être installé : $(reason). La sonde travaille sans lui, et voit moins"
  fi
}

put_probe_in_place() {
  step 'Account and folders' 'Compte et dossiers'
  account harvester /var/lib/harvester
  folder /etc/aerie 0755 root:root
  folder /var/lib/harvester 0700 harvester:harvester
  point "$CURRENT" "releases/${RELEASE##*/}"
  keep_choices probe
  settings "$HERE/etc/harvester.toml" /etc/aerie/harvester.toml harvester
  commands harvester
  if unit harvester.service; then PROBE_AGAIN=yes; fi
}

join_site() {
  if [ -f /var/lib/harvester/identity.json ]; then
    say '    this machine is enrolled already, and stays so' '    cette machine est déjà enrôlée, et le reste'
    return 0
  fi
  CHANGES=$((CHANGES + 1))
  say "  + join the site of the code, at $PROBE_URL" "  + rejoindre le site du code, auprès de $PROBE_URL"
  if [ "$DRY" = yes ]; then return 0; fi
  code=${AERIE_ENROL_CODE:-}
  unset AERIE_ENROL_CODE
  if [ -z "$code" ]; then
    if [ -t 0 ]; then printf '%s ' "$(t 'The code from the page of the site:' 'Le code de la page du site :')"; fi
    read -r code || true
  fi
  if [ -z "$code" ]; then
    wrong_usage 'there is no enrolment code: install.sh --probe URL CODE' 'il manque le code d’enrôlement : install.sh --probe URL CODE'
  fi
  # By standard input: what it prints says nothing of the code.
  scratch
  if ! printf '%s\n' "$code" | /usr/local/bin/harvester enrol "$PROBE_URL" - >"$SCRATCH/printed" 2>&1; then
    die "the machine could not join: $(reason)" "la machine n’a pas pu rejoindre : $(reason)"
  fi
  unset code
}

start_probe() {
  keep_running harvester.service "$PROBE_AGAIN" restart
  if ! has_systemd; then
    say 'systemd does not run here: all is installed, and nothing was started.' 'systemd ne tourne pas ici : tout est installé, rien n’est lancé.'
  fi
}
