# shellcheck shell=sh
# The parts around Nester that can be left out: nginx, logrotate, Fail2ban, UFW, backups. A part that is left out now and was not
# before stays as it is: taking it away is for whoever put it to use.

SITE=/etc/nginx/sites-available/aerie.conf

set_up_parts() {
  if wants nginx; then set_up_nginx; fi
  if wants logrotate; then
    put "$HERE/logrotate/aerie" /etc/logrotate.d/aerie 0644 root:root || true
  fi
  if wants fail2ban; then set_up_fail2ban; fi
  if wants ufw; then set_up_ufw; fi
}

# A certificate that signs itself where there is none.
make_certificate() {
  folder /etc/aerie/tls 0750 root:aerie
  if [ ! -e /etc/aerie/tls/fullchain.pem ]; then
    # shellcheck disable=SC2046 # names and addresses
    act "make a certificate for $(public_name) that signs itself" "créer un certificat autosigné pour $(public_name)" \
      "$HERE/nginx/self-signed" "$(public_name)" $(uname -n) localhost $(own_addresses) 127.0.0.1
  fi
}

set_up_nginx() {
  name=$(public_name)
  folder /var/www/aerie-acme 0755 root:root
  scratch
  fill "$HERE/nginx/aerie.conf" "SERVER_NAME=$name" >"$SCRATCH/site"
  if [ ! -e /proc/net/if_inet6 ]; then sed -i '/listen \[::\]/d' "$SCRATCH/site"; fi
  again=no
  if put "$SCRATCH/site" "$SITE" 0644 root:root; then again=yes; fi
  if [ "$DRY" = no ] || command -v nginx >/dev/null; then
    said=
    if [ "$DRY" = no ]; then said=$("$HERE/nginx/worker-limits") || die 'nginx could not be given room for a school' 'nginx n’a pas pu recevoir la place pour une école'; fi
    if [ -n "$said" ]; then
      CHANGES=$((CHANGES + 1))
      say '  + let nginx hold as many connections as a school has' '  + laisser nginx tenir autant de connexions qu’en a une école'
      again=yes
    fi
  fi
  # Debian's welcome page would answer in place of the redirection.
  if [ "$(readlink -f /etc/nginx/sites-enabled/default 2>/dev/null || true)" = /etc/nginx/sites-available/default ]; then
    act 'take the welcome page of nginx away' 'retirer la page d’accueil de nginx' hide_default_site
    again=yes
  fi
  if [ "$(readlink /etc/nginx/sites-enabled/aerie.conf 2>/dev/null || true)" != "$SITE" ]; then
    act 'switch the site on in nginx' 'activer le site dans nginx' switch_link /etc/nginx/sites-enabled/aerie.conf "$SITE"
    again=yes
  fi
  if [ "$DRY" = no ] && ! quietly nginx -t; then
    rm -f /etc/nginx/sites-enabled/aerie.conf
    die "nginx does not take the site, which is switched off again: $(reason)" "nginx refuse le site, qui est désactivé : $(reason)"
  fi
  keep_running nginx "$again" reload
}

hide_default_site() {
  mkdir -p "$BASE/defaults" && : >"$BASE/defaults/nginx-default-site" && rm -f /etc/nginx/sites-enabled/default
}

set_up_fail2ban() {
  again=no
  for file in filter.d/classcord.conf jail.d/classcord.conf jail.d/aerie-sshd.conf; do
    if put "$HERE/fail2ban/$file" "/etc/fail2ban/$file" 0644 root:root; then again=yes; fi
  done
  keep_running fail2ban "$again" restart
}

# UFW's rules are known by their files: what changes them is a change.
set_up_ufw() {
  put "$HERE/ufw/applications.d/aerie" /etc/ufw/applications.d/aerie 0644 root:root || true
  set --
  if [ "$CLASSCORD_ONLY" = yes ]; then set -- --classcord-only; fi
  if [ "$DRY" = yes ]; then
    if ! firewall_is_ours; then
      act 'open SSH, 12345, 80 and 443 in UFW, and close the rest' 'ouvrir SSH, 12345, 80 et 443 dans UFW, et fermer le reste' true
    fi
    return 0
  fi
  before=$(firewall_state)
  if ! quietly "$HERE/ufw/apply" "$@"; then
    warn "the firewall is left as it is: $(reason)" "le pare-feu reste tel quel : $(reason)"
    warn "when that is mended: $CURRENT/deploy/debian/ufw/apply" "une fois corrigé : $CURRENT/deploy/debian/ufw/apply"
    return 0
  fi
  if [ "$before" != "$(firewall_state)" ]; then
    CHANGES=$((CHANGES + 1))
    if [ "$CLASSCORD_ONLY" = yes ]; then
      say '  + open SSH and 12345 in UFW, and close the rest' '  + ouvrir SSH et 12345 dans UFW, et fermer le reste'
    else
      say '  + open SSH, 12345, 80 and 443 in UFW, and close the rest' '  + ouvrir SSH, 12345, 80 et 443 dans UFW, et fermer le reste'
    fi
  fi
}

firewall_state() {
  cat /etc/ufw/user.rules /etc/ufw/user6.rules /etc/ufw/ufw.conf /etc/default/ufw 2>/dev/null | sha256sum
}

firewall_is_ours() {
  grep -qs '^ENABLED=yes' /etc/ufw/ufw.conf && grep -qs 'comment=41657269653a20' /etc/ufw/user.rules
}
