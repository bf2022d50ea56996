#!/bin/sh
# Fetches axe-core (MPL-2.0, not committed) for the browser tests into target/axe. Needs npm.
set -eu
version=4.14.1
cd "$(dirname "$0")/../.."
mkdir -p target/axe
cd target/axe
npm pack --silent "axe-core@$version"
tar xzf "axe-core-$version.tgz" --strip-components=1 package/axe.min.js package/LICENSE
rm "axe-core-$version.tgz"
echo "target/axe/axe.min.js is axe-core $version"
