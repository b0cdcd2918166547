# shellcheck shell=sh
# Programs: where they come from, how they get their place, which of them are in use.

BASE=/opt/aerie
CURRENT=$BASE/current

# name_of FOLDER: the folder's name among the releases, VERSION-HASH; the hash is that of all its files.
name_of() {
  printf '%s-%s' "$(version_of "$1")" "$(sha256sum "$1/MANIFEST.sha256" | cut -c 1-8)"
}

version_of() { cut -d ' ' -f 1 "$1/VERSION"; }

# The release in use, or nothing.
current_release() { readlink "$CURRENT" 2>/dev/null || true; }

# A checkout has sources, not a release: it is made, and its own install.sh goes on.
need_release() {
  if [ -f "$ROOT/MANIFEST.sha256" ]; then return 0; fi
  if [ ! -f "$ROOT/scripts/release.js" ]; then
    die "$ROOT is neither a release nor a copy of the repository" "$ROOT n'est ni une version publiée ni une copie du dépôt"
  fi
  if [ "$DRY" = yes ]; then
    say "This is a copy of the repository: a release would be made of it first (npm run release)." \
      "Ceci est une copie du dépôt : une version en serait d'abord fabriquée (npm run release)."
    return 0
  fi
  step 'Making a release of this copy of the repository' 'Fabrication d’une version à partir de cette copie du dépôt'
  scratch
  find_node
  (cd "$ROOT" && PATH="$NODE_FOLDER$PATH" node scripts/release.js) || die 'no release was made' 'aucune version n’a été fabriquée'
  archive=$(ls -t "$ROOT"/dist/release/aerie-*.tar.gz | head -n 1)
  unpack "$archive"
  continue_in "$UNPACKED"
}

# Node 18 with npm, from this machine or else by its npm. NODE_FOLDER: what goes before PATH.
find_node() {
  NODE_FOLDER=
  major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
  if [ "${major:-0}" -ge 18 ] && command -v npm >/dev/null; then return 0; fi
  if ! command -v npm >/dev/null; then
    die 'making a release takes npm: apt-get install npm. Or make it on another machine (npm run release), and bring the archive here' \
      'fabriquer une version demande npm : apt-get install npm. Ou la fabriquer sur une autre machine (npm run release), et apporter l’archive ici'
  fi
  say "  Node ${major:-is missing}: a newer one is fetched with npm, for this only" "  Node ${major:-manque} : un plus récent est pris avec npm, pour cela seulement"
  pinned=$(sed -n 's/^ *"node": "\([0-9.]*\)".*/\1/p' "$ROOT/package.json")
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) die "there is no Node for $(uname -m)" "il n'y a pas de Node pour $(uname -m)" ;;
  esac
  (
    cd "$SCRATCH" || exit
    for package in "node-linux-$arch@$pinned" npm@11; do
      file=$(npm pack --silent "$package" | tail -n 1) && [ -n "$file" ] || exit
      mkdir "${package%@*}" && tar -xzf "$file" -C "${package%@*}" --strip-components=1 || exit
    done
    mkdir bin && ln -s "../node-linux-$arch/bin/node" bin/node || exit
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/npm/bin/npm-cli.js" "$@"\n' "$SCRATCH" "$SCRATCH" >bin/npm && chmod 755 bin/npm
  ) || die "npm could not fetch Node $pinned. Install Node 18 or newer with npm, or bring an archive made elsewhere" \
    "npm n'a pas pu obtenir Node $pinned. Installer Node 18 ou plus avec npm, ou apporter une archive fabriquée ailleurs"
  NODE_FOLDER=$SCRATCH/bin:
}

# unpack ARCHIVE: a release among the others, whole or not at all. Sets UNPACKED.
unpack() {
  [ -f "$1" ] || die "there is no $1" "il n'y a pas de $1"
  making=$BASE/releases/.unpacking
  rm -rf "$making"
  mkdir -p "$making"
  if ! { quietly tar -xzf "$1" -C "$making" --no-same-owner --strip-components=1 && quietly settle "$making" && keep_archive "$1"; }; then
    rm -rf "$making"
    die "$1 is not an archive of Aerie, or is damaged: $(reason)" "$1 n'est pas une archive d'Aerie, ou est abîmée : $(reason)"
  fi
}

# Whether a release has all its files, and as they were made.
is_whole() {
  [ -d "$1" ] && (cd "$1" && sha256sum -c --quiet --strict MANIFEST.sha256)
}

# settle FOLDER: gives a release in releases/ its name when it is whole. One of that name that is whole too stays: it may be in use.
settle() {
  is_whole "$1" &&
    chown -R -h root:root "$1" &&
    chmod -R u=rwX,go=rX "$1" &&
    UNPACKED=$BASE/releases/$(name_of "$1") &&
    if is_whole "$UNPACKED" >/dev/null 2>&1; then rm -rf "$1"; else rm -rf "$UNPACKED" && mv -T "$1" "$UNPACKED"; fi
}

copy_release() {
  making=$BASE/releases/.unpacking
  rm -rf "$making" &&
    mkdir -p "$making" &&
    cp -a "$ROOT/." "$making" &&
    rm -rf "$making/dist" "$making/node_modules/.cache" &&
    settle "$making"
}

# place_release: this release is among those of /opt/aerie. Sets RELEASE.
place_release() {
  if [ ! -f "$ROOT/MANIFEST.sha256" ]; then
    RELEASE=$BASE/releases/NEW
    return 0
  fi
  RELEASE=$BASE/releases/$(name_of "$ROOT")
  folder "$BASE" 0755 root:root
  folder "$BASE/releases" 0755 root:root
  # Looked at each time: it may have been cut off by a loss of power, or damaged since.
  if ! is_whole "$RELEASE" >/dev/null 2>&1; then
    act "put the programs into $RELEASE" "mettre les programmes dans $RELEASE" copy_release
  fi
  # Only Nester hands it out.
  if { [ "$ACTION" = install ] || has_role nester; } && [ ! -f "$(archive_of "$RELEASE")" ]; then
    act "keep the archive of this release, for the probes that join" "garder l'archive de cette version, pour les sondes qui rejoignent" make_archive
  fi
}

archive_of() {
  printf '%s/dist/probe/aerie-%s-linux-%s.tar.gz' "$1" "$(version_of "$ROOT")" "$(machine_of "$ROOT")"
}

machine_of() { "$1/node_modules/node/bin/node" -p process.arch; }

# keep_archive ARCHIVE: beside the release that was unpacked of it.
keep_archive() {
  mkdir -p "$UNPACKED/dist/probe" &&
    cp "$1" "$UNPACKED/dist/probe/.new" &&
    chmod 0644 "$UNPACKED/dist/probe/.new" &&
    mv "$UNPACKED/dist/probe/.new" "$UNPACKED/dist/probe/aerie-$(version_of "$UNPACKED")-linux-$(machine_of "$UNPACKED").tar.gz"
}

# The archive that this was unpacked from still stands beside it, or one is made of the files.
make_archive() {
  UNPACKED=$RELEASE
  beside=$ROOT.tar.gz
  if [ -f "$beside" ] && tar -xzOf "$beside" --wildcards '*/MANIFEST.sha256' 2>/dev/null | cmp -s - "$RELEASE/MANIFEST.sha256"; then
    keep_archive "$beside"
    return 0
  fi
  scratch
  # The time of one of its files is that of all of them: the same files make the same archive.
  tar --sort=name --mtime="@$(stat -c %Y "$RELEASE/VERSION")" --owner=0 --group=0 --numeric-owner --format=gnu --mode='u=rwX,go=rX' \
    --exclude=./dist --exclude=./node_modules/.cache --transform="s|^\\.|aerie-$(version_of "$RELEASE")-linux-$(machine_of "$RELEASE")|;" \
    -cf "$SCRATCH/archive" -C "$RELEASE" . &&
    gzip -nf "$SCRATCH/archive" &&
    keep_archive "$SCRATCH/archive.gz" &&
    rm -f "$SCRATCH/archive.gz"
}

# continue_in RELEASE ARGUMENT…: the install.sh of that release goes on, with what was asked of this one.
continue_in() {
  release=$1
  shift
  leave
  exec 9>&-
  set -- "$@" --lang "$TONGUE"
  if [ -n "$WITHOUT" ]; then set -- "$@" --without "$WITHOUT"; fi
  if [ -n "$DOMAIN" ]; then set -- "$@" --domain "$DOMAIN"; fi
  if [ "$CLASSCORD_ONLY" = yes ]; then set -- "$@" --classcord-only; fi
  if [ "$YES" = yes ]; then set -- "$@" --yes; fi
  if [ "$DRY" = yes ]; then set -- "$@" --dry-run; fi
  if [ "$ACTION" = probe ]; then set -- --probe "$PROBE_URL" "$@"; fi
  if [ "$ACTION" = upgrade ]; then set -- --upgrade "$@"; fi
  exec sh "$release/deploy/debian/install.sh" "$@"
}

# This release is not the one in use: going over to it is an upgrade.
check_release() {
  used=$(current_release)
  if [ -z "$used" ] || [ "$used" = "releases/${RELEASE##*/}" ]; then return 0; fi
  refuse_older
  die "Aerie $(version_of "$CURRENT") is installed, and this is $(version_of "$ROOT"). To go over to it: sh install.sh --upgrade" \
    "Aerie $(version_of "$CURRENT") est installé, et ceci est $(version_of "$ROOT"). Pour y passer : sh install.sh --upgrade"
}

# The way back is another one than the way forward.
refuse_older() {
  if is_before "$(version_of "$ROOT")" "$(version_of "$CURRENT")"; then
    die "this is Aerie $(version_of "$ROOT"), older than $(version_of "$CURRENT") here, whose data it cannot read. The way back: docs/operations/en/upgrade.md" \
      "ceci est Aerie $(version_of "$ROOT"), plus ancien que $(version_of "$CURRENT") ici, dont il ne sait pas lire les données. Le chemin du retour : docs/operations/fr/upgrade.md"
  fi
}

# Releases that are neither in use nor the one before.
prune_releases() {
  for old in "$BASE"/releases/* "$BASE"/releases/.unpacking; do
    case releases/${old##*/} in
      "$(current_release)" | "$(readlink "$BASE/previous" 2>/dev/null || true)") ;;
      *) discard "$old" ;;
    esac
  done
}

# Whether one version comes before another.
is_before() {
  [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}
