# shellcheck shell=sh
# Takes Aerie away. Data, settings, logs and accounts stay, so that the next installation goes on with them, unless --purge.

uninstall() {
  if [ "$PURGE" = yes ] && [ "$DRY" = no ]; then
    confirm 'Messages, accounts, reports, backups, settings and keys will be gone for good. Type the word purge:' \
      'Messages, comptes, rapports, sauvegardes, réglages et clés seront perdus pour de bon. Taper le mot purge :' purge ||
      die 'nothing was removed' 'rien n’a été supprimé'
  fi
  open_log
  log "install.sh uninstall, purge $PURGE"
  step 'Services' 'Services'
  for name in aerie-backup.timer aerie-backup.service harvester.service nester.service; do
    if [ ! -e "$UNITS/$name" ]; then continue; fi
    if has_systemd; then act "stop $name" "arrêter $name" stop_unit "$name"; fi
    discard "$UNITS/$name"
  done
  discard "$UNITS/classcord.service"
  if has_systemd && [ "$DRY" = no ]; then systemctl daemon-reload; fi
  step 'Around it' 'Autour'
  remove_parts
  step 'Programs' 'Programmes'
  discard /usr/local/bin/nester /usr/local/bin/harvester /usr/local/bin/classcord "$BASE"
  if [ "$PURGE" = yes ]; then
    step 'Data, settings, logs, accounts' 'Données, réglages, journaux, comptes'
    discard /var/lib/aerie /var/lib/harvester /etc/aerie /var/log/classcord /var/www/aerie-acme /var/cache/aerie /var/lib/systemd/timers/stamp-aerie-backup.timer
    for name in aerie harvester; do
      if id "$name" >/dev/null 2>&1; then act "remove the account $name" "supprimer le compte $name" userdel "$name"; fi
    done
  fi
  if [ "$CHANGES" = 0 ]; then
    say 'There was nothing to remove.' 'Il n’y avait rien à supprimer.'
  elif [ "$DRY" = yes ]; then
    show 'Nothing was removed.' 'Rien n’a été supprimé.'
  elif [ "$PURGE" = yes ]; then
    say "Aerie is gone, with all its data. What was done is in $LOG. Packages of Debian stay." \
      "Aerie est parti, avec toutes ses données. Ce qui a été fait est dans $LOG. Les paquets de Debian restent."
  else
    say 'Aerie is gone. Its data stay in /var/lib/aerie, settings and keys in /etc/aerie, logs in /var/log/classcord; an installation goes on with them.' \
      'Aerie est parti. Ses données restent dans /var/lib/aerie, réglages et clés dans /etc/aerie, journaux dans /var/log/classcord ; une installation les reprendra.'
  fi
}

stop_unit() {
  systemctl --quiet disable --now "$1" || systemctl stop "$1"
}

remove_parts() {
  if [ -e "$SITE" ] || [ -L /etc/nginx/sites-enabled/aerie.conf ]; then
    discard /etc/nginx/sites-enabled/aerie.conf "$SITE"
    if [ -e "$BASE/defaults/nginx-default-site" ] && [ -e /etc/nginx/sites-available/default ] && [ ! -e /etc/nginx/sites-enabled/default ]; then
      act 'bring the welcome page of nginx back' 'remettre la page d’accueil de nginx' ln -s /etc/nginx/sites-available/default /etc/nginx/sites-enabled/default
    fi
    if service_runs nginx; then act 'have nginx read its settings again' 'faire relire ses réglages à nginx' systemctl reload nginx; fi
  fi
  # Not aerie-sshd.conf: without it Fail2ban may not start at all, and nobody would watch SSH.
  if [ -e /etc/fail2ban/jail.d/classcord.conf ]; then
    discard /etc/fail2ban/jail.d/classcord.conf /etc/fail2ban/filter.d/classcord.conf
    if service_runs fail2ban; then act 'start fail2ban again' 'relancer fail2ban' systemctl restart fail2ban; fi
  fi
  discard /etc/logrotate.d/aerie
  if grep -qs 'comment=41657269653a20' /etc/ufw/user.rules; then
    act 'take the rules of Aerie out of UFW (the one for SSH stays while it is on)' 'retirer de UFW les règles d’Aerie (celle de SSH reste tant qu’il est actif)' \
      "$HERE/ufw/apply" --remove
  fi
  discard /etc/ufw/applications.d/aerie
}
