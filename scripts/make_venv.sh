#!/usr/bin/env bash
# Makes .venv with Python 3.11 or newer and installs exactly what requirements/*.txt pin.
set -euo pipefail
cd "$(dirname "$0")/.."

find_python() {
    local name
    for name in "${PYTHON:-}" python3.11 python3.12 python3.13 python3 python; do
        if [ -n "$name" ] && command -v "$name" >/dev/null \
            && "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "No Python 3.11 or newer with venv was found." >&2
    echo "Install it (Debian, Ubuntu: apt-get install python3 python3-venv) or name it: make install PYTHON=/path/to/python" >&2
    exit 1
}

# An installation that was broken off leaves half a package behind, on which pip stumbles for ever: begin anew.
if [ -e .venv/.unfinished ]; then rm -rf .venv; fi
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python="$(find_python)"
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi
echo "Installing the pinned requirements"
touch .venv/.unfinished
.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/base.txt -r requirements/dev.txt
rm .venv/.unfinished
