#!/usr/bin/env bash
# Compiles requirements/*.in into *.txt: every version pinned with hashes, no address of a registry in any file.
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host
    --no-emit-find-links --no-header --annotation-style=line --resolver=backtracking "$@")
.venv/bin/pip-compile "${options[@]}" --output-file requirements/base.txt requirements/base.in
(cd requirements && ../.venv/bin/pip-compile "${options[@]}" --output-file dev.txt dev.in)
if grep -nE '(https?|file)://' requirements/*.txt; then
    echo "A file names a registry; see above." >&2
    exit 1
fi
