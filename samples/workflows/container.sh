#!/usr/bin/env bash
# Builds the container and runs a sample in it, where docker or podman can; elsewhere says so, and ends with 0.
#
#     bash samples/workflows/container.sh          # in the source tree
set -euo pipefail
cd "$(dirname "$0")/../.."

for engine in podman docker; do
    if command -v $engine > /dev/null && $engine info > /dev/null 2>&1; then
        $engine build -f samples/workflows/Containerfile -t symhep .
        $engine run --rm symhep --version
        $engine run --rm --entrypoint sh symhep -c \
            'cd /tmp && symhep sample jets && cd jets && symhep run jets_mass.yaml --code . -o run'
        exit
    fi
done
echo "neither podman nor docker runs here: the container was not built"
