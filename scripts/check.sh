#!/usr/bin/env bash
# Every check that is not a test. All of them run; the exit code says whether one failed.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=()

run() {
    echo "— $*"
    "$@" || failed+=("$*")
}

production() {
    env DEBUG=0 HTTPS=1 SECRET_KEY="$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
        ALLOWED_HOSTS=crm.example.com DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost/0 "$@"
}

run .venv/bin/ruff format --check --quiet .
run .venv/bin/ruff check --quiet .
run .venv/bin/djlint --quiet --lint templates
run production .venv/bin/mypy
run .venv/bin/lint-imports --no-logo
run .venv/bin/python manage.py makemigrations --check --dry-run
run production .venv/bin/python manage.py check --deploy --fail-level WARNING

if [ ${#failed[@]} -gt 0 ]; then
    printf 'failed: %s\n' "${failed[@]}"
    exit 1
fi
echo "All checks passed."
