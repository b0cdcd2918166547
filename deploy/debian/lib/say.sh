# shellcheck shell=sh
# What install.sh says, in English or French, and what it keeps in its log. Read by install.sh; sets and reads its variables.
# Secrets (the set-up link, the enrolment code) are printed with `show`, which does not write to the log.

LOG=${AERIE_INSTALL_LOG:-/var/log/aerie-install.log}

# t ENGLISH FRENCH: the one in the reader's language.
t() {
  if [ "$TONGUE" = fr ]; then printf '%s' "$2"; else printf '%s' "$1"; fi
}

log() {
  if [ "$LOGGING" = yes ]; then printf '%s %s\n' "$(date +%Y-%m-%dT%H:%M:%S%z)" "$*" >>"$LOG"; fi
}

open_log() {
  if [ "$DRY" = yes ] || [ "$LOGGING" = yes ]; then return 0; fi
  (umask 027 && : >>"$LOG")
  LOGGING=yes
}

show() { printf '%s\n' "$(t "$1" "$2")"; }

say() {
  show "$1" "$2"
  log "$1"
}

# The heading of a step.
step() {
  say "$1" "$2"
}

warn() {
  printf '%s\n' "$(t "  ! $1" "  ! $2")" >&2
  log "WARNING $1"
}

# die ENGLISH FRENCH [EXIT-CODE]: what is wrong, and the mend.
die() {
  printf '%s\n' "$(t "install.sh: $1" "install.sh : $2")" >&2
  log "FAILED $1"
  exit "${3:-1}"
}

wrong_usage() {
  die "$1. See --help." "$2. Voir --help." 2
}

# confirm ENGLISH FRENCH WORD: asks for a word to be typed; --yes answers for everybody.
confirm() {
  if [ "$YES" = yes ]; then return 0; fi
  if [ ! -t 0 ]; then return 1; fi
  printf '%s ' "$(t "$1" "$2")"
  read -r answer || return 1
  [ "$answer" = "$3" ]
}
