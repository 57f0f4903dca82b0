#!/usr/bin/env bash
# Install the programs the tests talk to: with apt where we are root, else say what to install.
set -euo pipefail
PATH="$PATH:/usr/sbin"
declare -A wanted=([espeak-ng]=espeak-ng [ffmpeg]=ffmpeg [sox]=sox [chromium]=chromium [dovecot]=dovecot-imapd [faketime]=faketime [node]=nodejs [npm]=npm [sshd]=openssh-server [zip]=zip)
missing=()
for program in "${!wanted[@]}"; do
  command -v "$program" >/dev/null || missing+=("${wanted[$program]}")
done
compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || missing+=(postgresql)
if [ "${#missing[@]}" -ne 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing what the tests talk to: ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-liberation >/dev/null
  else
    echo "Some tests will be skipped. Install for them: ${missing[*]}"
  fi
fi

# Azurite, the emulator of Azure's storage, exists for npm alone; git ignores its folder.
azurite=3.35.0
folder="$(cd "$(dirname "$0")/.." && pwd)/.cache/azurite"
if [ ! -x "$folder/node_modules/.bin/azurite-blob" ] && ! command -v azurite-blob >/dev/null; then
  if command -v npm >/dev/null; then
    echo "Installing Azurite $azurite into $folder"
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-save --no-audit --no-fund --loglevel=error "azurite@$azurite" >/dev/null ||
      echo "Azurite could not be installed: the tests of Azure's storage will be skipped"
  else
    echo "The tests of Azure's storage will be skipped: they need npm"
  fi
fi
