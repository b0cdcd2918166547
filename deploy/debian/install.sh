#!/bin/sh
# Installs Aerie on Debian 11, 12 or 13, as root: Nester (with Classcord), or a Harvester. install.sh --help says the rest.
# The files that it puts in place stand beside it; what it does, in what order, stands in lib/.
set -eu

HERE=$(cd "$(dirname "$0")" && pwd -P)
ROOT=$(cd "$HERE/../.." && pwd -P)
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}
export PATH
umask 022

case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
  fr*) TONGUE=fr ;;
  *) TONGUE=en ;;
esac
# What programs print is read here, and goes to the log: one language for all.
LC_ALL=C
export LC_ALL

ACTION=install
ARCHIVE=
PROBE_URL=
DRY=no
YES=no
PURGE=no
QUIET_END=no
LOGGING=no
CHANGES=0
# Choices, empty until they are made: by an option, by an earlier run, or by default.
WITHOUT=
CLASSCORD_ONLY=
DOMAIN=

# shellcheck source=lib/say.sh
. "$HERE/lib/say.sh"
# shellcheck source=lib/change.sh
. "$HERE/lib/change.sh"
# shellcheck source=lib/checks.sh
. "$HERE/lib/checks.sh"
# shellcheck source=lib/choices.sh
. "$HERE/lib/choices.sh"
# shellcheck source=lib/release.sh
. "$HERE/lib/release.sh"
# shellcheck source=lib/machine.sh
. "$HERE/lib/machine.sh"
# shellcheck source=lib/parts.sh
. "$HERE/lib/parts.sh"
# shellcheck source=lib/service.sh
. "$HERE/lib/service.sh"
# shellcheck source=lib/upgrade.sh
. "$HERE/lib/upgrade.sh"
# shellcheck source=lib/probe.sh
. "$HERE/lib/probe.sh"
# shellcheck source=lib/uninstall.sh
. "$HERE/lib/uninstall.sh"
# shellcheck source=lib/status.sh
. "$HERE/lib/status.sh"

usage() {
  case $TONGUE in
    fr) cat "$HERE/lib/usage.fr" ;;
    *) cat "$HERE/lib/usage.en" ;;
  esac
}

# need_value OPTION COUNT: an option that wants a value has one.
need_value() {
  if [ "$2" -lt 2 ]; then wrong_usage "$1 wants a value" "$1 attend une valeur"; fi
}

# An enrolment code must not stand in the list of arguments, which everybody on this machine can read, for as long as this runs.
if [ "${1:-}" = --probe ] && [ $# -ge 3 ]; then
  case $3 in
    -?*) ;;
    *)
      url=$2
      if [ "$3" != - ]; then
        AERIE_ENROL_CODE=$3
        export AERIE_ENROL_CODE
      fi
      shift 3
      exec sh "$HERE/install.sh" --probe "$url" "$@"
      ;;
  esac
fi

while [ $# -gt 0 ]; do
  case $1 in
    --without)
      need_value "$1" $#
      WITHOUT=$2
      shift
      ;;
    --domain)
      need_value "$1" $#
      DOMAIN=$2
      shift
      ;;
    --lang)
      need_value "$1" $#
      TONGUE=$2
      shift
      ;;
    --probe)
      need_value "$1" $#
      ACTION=probe
      PROBE_URL=$2
      shift
      ;;
    --upgrade)
      ACTION=upgrade
      case ${2:-} in
        '' | -*) ;;
        *)
          ARCHIVE=$2
          shift
          ;;
      esac
      ;;
    --classcord-only) CLASSCORD_ONLY=yes ;;
    --uninstall) ACTION=uninstall ;;
    --purge) PURGE=yes ;;
    --status) ACTION=status ;;
    # Of an upgrade to another release, which puts this one back: it speaks last.
    --after-undoing) QUIET_END=yes ;;
    --dry-run) DRY=yes ;;
    --yes | -y) YES=yes ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) wrong_usage "unknown option $1" "option inconnue $1" ;;
  esac
  shift
done
case $TONGUE in
  en | fr) ;;
  *)
    TONGUE=en
    wrong_usage '--lang knows en and fr' '--lang connaît en et fr'
    ;;
esac
if [ "$PURGE" = yes ] && [ "$ACTION" != uninstall ]; then
  wrong_usage '--purge goes with --uninstall' '--purge va avec --uninstall'
fi

check_root
check_debian
read_choices
take_turn
trap 'leave' EXIT
trap 'show "" ""; show "Interrupted. Run it again: it goes on where it stopped." "Interrompu. Relancer : la suite se fera." >&2; exit 130' INT TERM HUP

case $ACTION in
  status) show_status ;;
  install) install_nester ;;
  probe) install_probe ;;
  upgrade) upgrade ;;
  uninstall) uninstall ;;
esac
