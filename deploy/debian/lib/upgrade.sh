# shellcheck shell=sh
# Going over to another release: backup, switch, start (which brings the store up to date), health check. When it is not healthy,
# programs and data become again what they were. What is under way stands in a file, so that an interrupted upgrade goes on.

UNDER_WAY=$BASE/upgrading

upgrade() {
  check_disk
  if [ -z "$(current_release)" ]; then
    die 'Aerie is not installed here: run install.sh without --upgrade' 'Aerie n’est pas installé ici : lancer install.sh sans --upgrade'
  fi
  if [ -n "$ARCHIVE" ]; then
    if [ "$DRY" = yes ]; then
      show "Nothing is done. $ARCHIVE would be unpacked, and its own install.sh --upgrade would go on." \
        "Rien n’est fait. $ARCHIVE serait décompressée, et son propre install.sh --upgrade prendrait la suite."
      return 0
    fi
    open_log
    step "Programs: unpacking $ARCHIVE" "Programmes : décompression de $ARCHIVE"
    unpack "$ARCHIVE"
    continue_in "$UNPACKED"
  fi
  need_release
  check_architecture
  resume_upgrade
  if [ "$DRY" = yes ]; then show 'Nothing is done. This would be:' 'Rien n’est fait. Ce serait :'; fi
  open_log
  log "install.sh upgrade to $(cat "$ROOT/VERSION"), from $(cat "$CURRENT/VERSION")"
  RELEASE=
  step "Programs: Aerie $(version_of "$ROOT")" "Programmes : Aerie $(version_of "$ROOT")"
  place_release
  OLD=$(current_release)
  NEW=releases/${RELEASE##*/}
  if [ "$NEW" = "$OLD" ]; then
    say "Aerie $(version_of "$ROOT") is in use already." "Aerie $(version_of "$ROOT") est déjà en service."
  else
    refuse_older
    leave_old
    go_over
  fi
  finish_upgrade
}

note_stage() {
  printf 'old=%s\nnew=%s\nbackup=%s\nstage=%s\n' "$OLD" "$NEW" "$BACKUP" "$1" >"$UNDER_WAY.new"
  sync "$UNDER_WAY.new"
  mv -f "$UNDER_WAY.new" "$UNDER_WAY"
}

noted() { sed -n "s|^$1=||p" "$UNDER_WAY" 2>/dev/null | head -n 1; }

# Stops what runs, and makes a backup of it: after the stop, so that nothing that was acknowledged is missing in it.
leave_old() {
  step 'Backup' 'Sauvegarde'
  BACKUP=
  install_packages
  if [ "$DRY" = yes ]; then
    act 'stop Nester, make a backup and verify it' 'arrêter Nester, faire une sauvegarde et la vérifier' true
    return 0
  fi
  note_stage stopping
  if has_role probe && has_systemd; then act 'stop the Harvester' 'arrêter le Harvester' systemctl stop harvester.service; fi
  if ! has_role nester; then return 0; fi
  if has_systemd; then act 'stop Nester' 'arrêter Nester' stop_nester; fi
  if [ ! -e /var/lib/aerie/nester.db ] && ! grep -qs '^databaseUrl' /etc/aerie/nester.toml; then return 0; fi
  CHANGES=$((CHANGES + 1))
  say '  + make a backup, and verify it' '  + faire une sauvegarde, et la vérifier'
  if ! make_verified_backup; then
    warn "no backup could be made, so nothing is changed: $(reason)" "aucune sauvegarde n’a pu être faite, rien n’est changé : $(reason)"
    start_old
    rm -f "$UNDER_WAY"
    die 'the upgrade did not begin; the old release runs' 'la mise à jour n’a pas commencé ; l’ancienne version tourne'
  fi
  say "    $BACKUP" "    $BACKUP"
}

stop_nester() {
  if [ -e "$UNITS/aerie-backup.timer" ]; then systemctl stop aerie-backup.timer || return 1; fi
  systemctl stop nester.service
}

# Sets BACKUP. It stays until somebody removes it: it is the way back to this release.
make_verified_backup() {
  quietly /usr/local/bin/nester backup --keep --no-thin --json || return 1
  BACKUP=$(sed -n 's/.*"file": *"\([^"]*\)".*/\1/p' "$SCRATCH/printed" | head -n 1)
  [ -n "$BACKUP" ] && quietly /usr/local/bin/nester verify "$BACKUP"
}

start_old() {
  if ! has_systemd; then return 0; fi
  if has_role nester; then
    systemctl start nester.service || true
    if [ -e "$UNITS/aerie-backup.timer" ]; then systemctl start aerie-backup.timer || true; fi
  fi
  if has_role probe; then systemctl start harvester.service || true; fi
}

# Switches to the new release, starts it, and looks whether it is healthy.
go_over() {
  step "Going over from $(version_of "$BASE/$OLD") to $(version_of "$ROOT")" "Passage de $(version_of "$BASE/$OLD") à $(version_of "$ROOT")"
  if [ "$DRY" = no ]; then note_stage switched; fi
  point "$BASE/previous" "$OLD"
  if has_role nester; then put_nester_in_place; fi
  if has_role probe; then put_probe_in_place; fi
  if [ "$DRY" = yes ] || ! has_systemd; then
    rm -f "$UNDER_WAY"
    return 0
  fi
  if has_role nester; then
    CHANGES=$((CHANGES + 1))
    say '  + start it, which brings the data up to date' '  + la lancer, ce qui met les données à jour'
    if ! quietly start_unit nester.service; then undo "$(reason)"; fi
    if ! healthy 60; then undo "$(reason)"; fi
    say '    it answers at its doors' '    elle répond à ses portes'
  fi
  if has_role probe; then
    CHANGES=$((CHANGES + 1))
    say '  + start the Harvester' '  + lancer le Harvester'
    if ! quietly start_unit harvester.service || ! service_runs harvester; then undo "$(reason)"; fi
  fi
  rm -f "$UNDER_WAY"
}

# undo WHY: programs and data become again what they were before. Ends with 3.
undo() {
  warn "the new release is not healthy: $1. It is undone" "la nouvelle version n’est pas saine : $1. Elle est annulée"
  if has_role nester; then quietly journalctl -u nester -n 20 --no-pager || true; fi
  note_stage undoing
  if has_role nester; then quietly stop_nester || true; fi
  if has_role probe; then quietly systemctl stop harvester.service || true; fi
  point "$CURRENT" "$OLD"
  rm -f "$BASE/previous"
  if [ -n "$BACKUP" ]; then
    act "bring the data back from $BACKUP" "remettre les données de $BACKUP" put_data_back
  fi
  # The one that follows takes its turn.
  exec 9>&-
  act "put the old release back, $(version_of "$BASE/$OLD")" "remettre l’ancienne version, $(version_of "$BASE/$OLD")" put_old_back
  rm -f "$UNDER_WAY"
  die "the upgrade failed and was undone: Aerie $(version_of "$CURRENT") runs with the data of before. What the new one said: $LOG" \
    "la mise à jour a échoué et a été annulée : Aerie $(version_of "$CURRENT") tourne avec les données d’avant. Ce que la nouvelle a dit : $LOG" 3
}

put_data_back() {
  # After a start that failed, systemd tries again by itself: not now.
  systemctl reset-failed nester.service 2>/dev/null || true
  /usr/local/bin/nester restore "$BACKUP" --yes
}

# Its own install.sh knows best which files are its own.
put_old_back() {
  sh "$BASE/$OLD/deploy/debian/install.sh" --yes --lang "$TONGUE" --after-undoing
}

finish_upgrade() {
  if has_role nester; then
    first=no
    start_nester
  fi
  prune_releases
  if [ "$DRY" = yes ]; then return 0; fi
  if [ "$CHANGES" = 0 ]; then say 'Nothing had to be changed.' 'Il n’y avait rien à changer.'; fi
  if has_role nester; then last_words; else /usr/local/bin/harvester status || true; fi
}

# An upgrade that was interrupted goes on before anything else is done: forward when the new release is healthy, back when it is not.
resume_upgrade() {
  if [ ! -e "$UNDER_WAY" ] || [ "$QUIET_END" = yes ]; then return 0; fi
  OLD=$(noted old)
  NEW=$(noted new)
  BACKUP=$(noted backup)
  stage=$(noted stage)
  if [ "$DRY" = yes ]; then
    show "An upgrade to $NEW was interrupted; it would go on first." "Une mise à jour vers $NEW a été interrompue ; elle reprendrait d’abord."
    return 0
  fi
  open_log
  case $stage in
    stopping)
      say 'An upgrade was interrupted before anything was changed: the old release is started again.' \
        'Une mise à jour a été interrompue avant tout changement : l’ancienne version est relancée.'
      start_old
      rm -f "$UNDER_WAY"
      ;;
    switched)
      if [ "$(name_of "$ROOT")" != "${NEW#releases/}" ]; then
        ACTION=upgrade
        continue_in "$BASE/$NEW"
      fi
      say "The upgrade to $(version_of "$ROOT") was interrupted, and goes on." "La mise à jour vers $(version_of "$ROOT") a été interrompue, et reprend."
      RELEASE=$BASE/$NEW
      go_over
      finish_upgrade
      exit 0
      ;;
    *)
      say 'The undoing of an upgrade was interrupted, and goes on.' 'L’annulation d’une mise à jour a été interrompue, et reprend.'
      undo "$(t 'it was found so before' 'cela a été constaté avant')"
      ;;
  esac
}
