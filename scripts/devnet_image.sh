#!/usr/bin/env bash
# Builds the devnet's image, as milestone-devnet:ci or TAG.
#
#   scripts/devnet_image.sh [TAG]                      on a public base, from a registry
#   BASE=IMAGE scripts/devnet_image.sh [TAG]           on another
#   BASE=debootstrap scripts/devnet_image.sh [TAG]     where no registry is reached, and no package index
#       from within a build: the base is made with debootstrap and kept, packages come along as wheels
#   scripts/devnet_image.sh --base                     only make that base, if it is not there
set -euo pipefail
cd "$(dirname "$0")/.."

root=${XDG_CACHE_HOME:-$HOME/.cache}/milestone/base-bookworm.tar
tag=${1:-milestone-devnet:ci}
base=${BASE:-python:3.12-slim}
options=()

make_root() {
    mkdir -p "${root%/*}"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    debootstrap --variant=minbase --include=busybox,ca-certificates,jq,python3,python3-venv bookworm "$work/root" \
        >"$work/log" || { cat "$work/log"; exit 1; }
    rm -rf "$work"/root/var/cache/apt/* "$work"/root/var/lib/apt/lists/*
    tar -C "$work/root" -cf "$root.new" .
    mv "$root.new" "$root"
}

if [ "$tag" = --base ]; then
    [ -s "$root" ] || make_root
    exit
fi

if [ "$base" = debootstrap ]; then
    base=milestone-base:bookworm
    [ -s "$root" ] || make_root
    docker image inspect "$base" >/dev/null 2>&1 || docker import "$root" "$base" >/dev/null
    .venv/bin/python -m pip wheel --quiet --require-hashes --no-deps --wheel-dir build/wheels \
        --requirement requirements/runtime.txt
    options=(--build-arg PIP_OPTIONS="--no-index --find-links=/src/build/wheels")
fi

docker build --quiet --file plugins/devnet/Dockerfile --tag "$tag" \
    --build-arg BASE="$base" "${options[@]}" .
