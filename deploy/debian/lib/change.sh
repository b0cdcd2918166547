# shellcheck shell=sh
# The only ways in which install.sh changes the machine. Each looks first whether there is anything to change, says what it does, and
# does nothing on a dry run; so a second run finds nothing to do and can say so.

# Texts on their way into files, and what programs print until it is known to be of no interest.
SCRATCH=

scratch() {
  if [ -n "$SCRATCH" ]; then return 0; fi
  # What a run that was killed left behind: the process in its name is no more.
  for left in /var/tmp/aerie-install.*.??????; do
    process=${left#/var/tmp/aerie-install.}
    if [ -d "$left" ] && [ ! -d "/proc/${process%.*}" ]; then rm -rf -- "$left"; fi
  done
  # Not in /tmp, which may be memory: an archive is made here.
  SCRATCH=$(mktemp -d "/var/tmp/aerie-install.$$.XXXXXX")
}

# act ENGLISH FRENCH COMMAND…: says it and does it. What the command prints is for the log, and shown when it fails.
act() {
  CHANGES=$((CHANGES + 1))
  say "  + $1" "  + $2"
  doing_en=$1
  doing_fr=$2
  shift 2
  if [ "$DRY" = yes ]; then return 0; fi
  quietly "$@" || die "could not $doing_en: $(reason). The whole is in $LOG. Mend it, then run install.sh again." \
    "impossible de $doing_fr : $(reason). Le détail est dans $LOG. Corriger, puis relancer install.sh."
}

# Runs a command; what it prints is kept for `reason` and goes to the log. A function of several commands joins them with &&:
# where a command's end is looked at, the shell does not stop at the first that fails.
quietly() {
  scratch
  if "$@" >"$SCRATCH/printed" 2>&1; then ended=0; else ended=$?; fi
  # What stands behind the # of a link makes an account.
  if [ "$LOGGING" = yes ]; then sed 's/^/    /; s/#[A-Za-z0-9_-]\{20,\}/#…/g' "$SCRATCH/printed" >>"$LOG"; fi
  return "$ended"
}

reason() {
  said=$(grep -v '^[[:space:]]*$' "$SCRATCH/printed" 2>/dev/null | tail -n 1)
  printf '%s' "${said:-$(t 'it did not say why' 'sans explication')}"
}

# Whether a file or folder has this mode and owner: `0640 root:aerie`.
has_rights() {
  [ "$(stat -c '%04a %U:%G' "$1")" = "$2 $3" ]
}

# folder PATH MODE OWNER:GROUP
folder() {
  if [ ! -d "$1" ]; then
    act "make the folder $1 ($3, $2)" "créer le dossier $1 ($3, $2)" make_folder "$1" "$2" "$3"
  elif ! has_rights "$1" "$2" "$3"; then
    act "give the folder $1 to $3 with mode $2" "donner le dossier $1 à $3, mode $2" set_rights "$1" "$2" "$3"
  fi
}

make_folder() {
  # Nobody else can look in before it has its rights.
  mkdir -p -m 0700 "$1" && set_rights "$1" "$2" "$3"
}

set_rights() {
  chown -h "$3" "$1" && chmod "$2" "$1"
}

# put SOURCE TARGET MODE OWNER:GROUP: a file of ours in its place. Status 0 when it was put there, 1 when it was there already.
put() {
  if [ -f "$2" ] && cmp -s "$1" "$2"; then
    if ! has_rights "$2" "$3" "$4"; then
      act "give $2 to $4 with mode $3" "donner $2 à $4, mode $3" set_rights "$2" "$3" "$4"
    fi
    return 1
  fi
  act "write $2" "écrire $2" write_file "$1" "$2" "$3" "$4"
}

# The whole file or none of it, also when the power fails.
write_file() {
  mkdir -p "$(dirname "$2")" &&
    rm -f "$2.aerie-new" &&
    (umask 077 && cp "$1" "$2.aerie-new") &&
    set_rights "$2.aerie-new" "$3" "$4" &&
    sync "$2.aerie-new" &&
    mv -f "$2.aerie-new" "$2"
}

# fill TEMPLATE NAME=VALUE…: prints a file with each @NAME@ in it replaced.
fill() {
  program=
  template=$1
  shift
  for pair in "$@"; do
    value=$(printf '%s' "${pair#*=}" | sed 's/[\\&|]/\\&/g')
    program="$program;s|@${pair%%=*}@|$value|g"
  done
  sed "$program" "$template"
}

# point LINK TARGET: a link that is switched in one step.
point() {
  if [ "$(readlink "$1" 2>/dev/null || true)" = "$2" ]; then return 0; fi
  act "point $1 at $2" "faire pointer $1 vers $2" switch_link "$1" "$2"
}

switch_link() {
  rm -f "$1.aerie-new" && ln -s "$2" "$1.aerie-new" && mv -Tf "$1.aerie-new" "$1"
}

# discard PATH…: what is there goes.
discard() {
  for unwanted in "$@"; do
    if [ -e "$unwanted" ] || [ -L "$unwanted" ]; then
      act "remove $unwanted" "supprimer $unwanted" rm -rf -- "$unwanted"
    fi
  done
}

# Whether a Debian package is installed.
has_package() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}
