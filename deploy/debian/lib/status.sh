# shellcheck shell=sh
# What is installed, and how it does. Changes nothing.

show_status() {
  used=$(current_release)
  if [ -z "$used" ]; then
    show 'Aerie is not installed here.' 'Aerie n’est pas installé ici.'
    exit 1
  fi
  show "Aerie $(cat "$CURRENT/VERSION"), $BASE/$used" "Aerie $(cat "$CURRENT/VERSION"), $BASE/$used"
  before=$(readlink "$BASE/previous" 2>/dev/null || true)
  if [ -n "$before" ]; then show "  before: $BASE/$before" "  avant : $BASE/$before"; fi
  for name in nester harvester nginx fail2ban aerie-backup.timer; do
    case $name in
      nester) has_role nester || continue ;;
      harvester) has_role probe || continue ;;
      aerie-backup.timer) { has_role nester && wants backups; } || continue ;;
      *) { has_role nester && wants "$name"; } || continue ;;
    esac
    if service_runs "$name"; then show "  $name: runs" "  $name : tourne"; else show "  $name: DOES NOT RUN" "  $name : NE TOURNE PAS"; fi
  done
  if has_role nester && wants ufw; then
    if firewall_is_ours; then show '  ufw: on' '  ufw : actif'; else show '  ufw: NOT ON' '  ufw : INACTIF'; fi
  fi
  if [ -n "$WITHOUT" ]; then show "  left out: $WITHOUT" "  laissés de côté : $WITHOUT"; fi
  if has_role nester; then
    newest=$(find /var/lib/aerie/backups -name 'aerie-*.tar.gz' 2>/dev/null | grep -x '/[A-Za-z0-9/.-]*' | sort | tail -n 1)
    show "  newest backup: ${newest:-none}" "  dernière sauvegarde : ${newest:-aucune}"
    healthy 5 || die "Nester does not answer: $(reason)" "Nester ne répond pas : $(reason)"
    sed 's/^/  /' "$SCRATCH/printed"
  fi
  if has_role probe; then /usr/local/bin/harvester status; fi
  show 'More: nester doctor' 'Plus : nester doctor'
}
