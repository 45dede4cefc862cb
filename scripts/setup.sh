#!/bin/sh
# Makes an environment with everything that is pinned in requirements/KIND.txt, and with the project
# itself: .venv, or what VENV says.
#
#   scripts/setup.sh runtime                    to run it
#   scripts/setup.sh dev                        to test it as well
#   VENV=.venv-peers scripts/setup.sh peers     to try other people's clients on the devnet
#
# With uv where that is installed, else with python3 and its own venv and pip. PYTHON names another
# interpreter.
set -eu

kind=$1
venv=${VENV:-.venv}
cd "$(dirname "$0")/.."
requirements=requirements/$kind.txt
project="-e ."
for plugin in plugins/*/pyproject.toml; do
    project="$project -e $(dirname "$plugin")"
done

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Milestone needs Python 3.11 or newer; here is: $(python3 --version 2>&1 || true)" >&2
    echo "Install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2
    exit 1
}

require_venv() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "Python $version here has no venv or no ensurepip. Install the package that has it:" >&2
    echo "    Debian, Ubuntu:  sudo apt install python$version-venv" >&2
    echo "    Fedora:          sudo dnf install python$version" >&2
    echo "or install uv." >&2
    exit 1
}

python=$(find_python)
# One that was moved, or whose Python was removed, is made anew.
$venv/bin/python -c '' 2>/dev/null || rm -rf "$venv"

if command -v uv >/dev/null; then
    [ -d "$venv" ] || uv venv --quiet --python "$python" "$venv"
    uv pip install --quiet --python $venv/bin/python --require-hashes -r "$requirements"
    # shellcheck disable=SC2086 # one word each
    uv pip install --quiet --python $venv/bin/python --no-deps --no-build-isolation $project
else
    if [ ! -d "$venv" ]; then
        require_venv "$python"
        "$python" -m venv "$venv"
    fi
    pip="$venv/bin/python -m pip --disable-pip-version-check install --quiet"
    $pip --require-hashes -r "$requirements"
    # shellcheck disable=SC2086 # one word each
    $pip --no-deps --no-build-isolation $project
fi
touch "$venv/ready-$kind"
