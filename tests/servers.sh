#!/usr/bin/env bash
# Install the programs the tests talk to: with apt where we are root, else say what to install.
set -euo pipefail
PATH="$PATH:/usr/sbin"
declare -A wanted=([espeak-ng]=espeak-ng [ffmpeg]=ffmpeg [sox]=sox [chromium]=chromium [dovecot]=dovecot-imapd [sshd]=openssh-server)
missing=()
for program in "${!wanted[@]}"; do
  command -v "$program" >/dev/null || missing+=("${wanted[$program]}")
done
compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || missing+=(postgresql)
[ "${#missing[@]}" -eq 0 ] && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "Installing what the tests talk to: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-liberation >/dev/null
else
  echo "Some tests will be skipped. Install for them: ${missing[*]}"
fi
