# shellcheck shell=sh
# What was chosen: by an option of this run, else by an earlier run (/etc/aerie/install.conf), else by default.

CHOICES=/etc/aerie/install.conf
PARTS='nginx ufw fail2ban logrotate backups'
# What is on this machine: nester, probe or both.
ROLES=

kept_choice() {
  if [ -r "$CHOICES" ]; then sed -n "s/^$1=//p" "$CHOICES" | head -n 1; fi
}

read_choices() {
  for part in $(printf '%s' "$WITHOUT" | tr ',' ' '); do
    case " $PARTS " in
      *" $part "*) ;;
      *) wrong_usage "--without knows $(printf '%s' "$PARTS" | tr ' ' ','), not \"$part\"" "--without connaît $(printf '%s' "$PARTS" | tr ' ' ','), pas « $part »" ;;
    esac
  done
  case $DOMAIN in
    *[!A-Za-z0-9.:-]* | -* | .*) wrong_usage "--domain wants a name or an address, such as chat.example.org" "--domain attend un nom ou une adresse, comme chat.example.org" ;;
  esac
  if [ -z "$WITHOUT" ]; then WITHOUT=$(kept_choice without); fi
  if [ -z "$CLASSCORD_ONLY" ]; then CLASSCORD_ONLY=$(kept_choice classcord_only); fi
  if [ -z "$DOMAIN" ]; then DOMAIN=$(kept_choice domain); fi
  ROLES=$(kept_choice roles)
}

# Whether a part is wanted. Without the web from outside there is nothing for nginx to do.
wants() {
  case ",$WITHOUT," in
    *",$1,"*) return 1 ;;
  esac
  if [ "$1" = nginx ] && [ "$CLASSCORD_ONLY" = yes ]; then return 1; fi
  return 0
}

has_role() {
  case " $ROLES " in
    *" $1 "*) return 0 ;;
  esac
  return 1
}

# keep_choices ROLE: for the next run, an upgrade or the removal.
keep_choices() {
  if ! has_role "$1"; then ROLES="${ROLES:+$ROLES }$1"; fi
  scratch
  cat >"$SCRATCH/choices" <<CHOSEN
# What install.sh was told; the next run of it reads this.
roles=$ROLES
without=$WITHOUT
classcord_only=$CLASSCORD_ONLY
domain=$DOMAIN
CHOSEN
  put "$SCRATCH/choices" "$CHOICES" 0644 root:root || true
}

# The name or address by which people reach this machine, as it stands in an address: IPv6 in brackets.
public_name() {
  written=
  if [ -r /etc/aerie/nester.toml ]; then
    written=$(sed -n 's|^publicUrl = "https://\([^"/]*\)"$|\1|p' /etc/aerie/nester.toml | head -n 1)
  fi
  if [ -n "$written" ]; then
    name=$written
  elif [ -n "$DOMAIN" ]; then
    name=$DOMAIN
  else
    name=$(own_addresses | head -n 1)
    if [ -z "$name" ]; then name=$(uname -n); fi
  fi
  case $name in
    \[*) ;;
    *:*) name="[$name]" ;;
  esac
  printf '%s' "$name"
}

# Addresses of this machine that others reach, IPv4 first.
own_addresses() {
  if command -v ip >/dev/null; then
    for family in -4 -6; do
      ip -o "$family" addr show scope global 2>/dev/null | awk '{ sub("/.*", "", $4); print $4 }'
    done
  fi
}
