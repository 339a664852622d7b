#!/usr/bin/env bash
# Packs the built package, installs it elsewhere and starts it once: what npm would publish works without a checkout.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The checkout's node, for npm as well: the system's may be too old for the package.
PATH="$root/node_modules/.bin:$PATH"
tarball=$(cd "$root" && npm pack --silent --pack-destination "$work")
cd "$work"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit --omit=dev "./$tarball"
cat >sipward.yaml <<'YAML'
sources: {decoy: {type: decoy, listen: ["127.0.0.1:0"]}}
web: {listen: "127.0.0.1:0"}
YAML
node_modules/.bin/sipward --version
node_modules/.bin/sipward check --config sipward.yaml
node_modules/.bin/sipward run --config sipward.yaml --state-dir "$work/state" &
daemon=$!
trap 'kill "$daemon" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do
  [ -S "$work/state/control.sock" ] && break
  sleep 0.1
done
node_modules/.bin/sipward status --config sipward.yaml --state-dir "$work/state"
kill -TERM "$daemon"
wait "$daemon"
echo 'the built package starts, answers and stops'
