#!/bin/sh
# Installs the official clients, and proxies that Debian does not have (all Apache-2.0 or MIT, not committed), for the tests into
# target/clients, once.
# Needs python3 with venv, node and npm.
set -eu
node_sdk=4.1.313
cd "$(dirname "$0")/../.."
folder=target/clients
wanted=$(cat tests/clients/fetch.sh tests/clients/requirements.txt tests/clients/schema.txt | cksum)
if [ "$(cat "$folder/installed" 2>/dev/null)" = "$wanted" ]; then
  echo "$folder has the clients already"
  exit 0
fi
rm -rf "$folder"
mkdir -p "$folder"
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-compile -r tests/clients/requirements.txt
python3 -m venv "$folder/schema"
"$folder/schema/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-compile -r tests/clients/schema.txt
npm install --silent --no-audit --no-fund --no-save --prefix "$folder" "tencentcloud-sdk-nodejs@$node_sdk"
"$folder/python/bin/tccli" --version >/dev/null
echo "$wanted" >"$folder/installed"
echo "$folder has the clients: $(du -sh "$folder" | cut -f 1)"
