#!/usr/bin/env bash
# Installs the system libraries that are missing, where we may; otherwise says which and goes on without them.
set -uo pipefail

# package | how to see that it is there | what is missing without it
needed() {
    cat <<'LIST'
chromium|command -v chromium chromium-browser google-chrome google-chrome-stable|browser tests and screenshots
libpango-1.0-0|has_library libpango-1.0.so.0|PDFs
libpangoft2-1.0-0|has_library libpangoft2-1.0.so.0|PDFs
libharfbuzz-subset0|has_library libharfbuzz-subset.so.0|quick Chinese PDFs (15 times slower without)
poppler-utils|command -v pdftotext pdftoppm|a few tests that look at PDFs
LIST
}

libraries="$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null)"

has_library() {
    [[ "$libraries" == *"$1"* ]]
}

is_there() {
    if [ "${1%% *}" = has_library ]; then $1; else $1 >/dev/null 2>&1; fi
}

missing=() effects=()
while IFS='|' read -r package probe effect; do
    if ! is_there "$probe"; then
        missing+=("$package")
        effects+=("  $package: $effect")
    fi
done < <(needed)
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
    echo "Installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq >/dev/null 2>&1 || true
    if "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
        exit 0
    fi
    echo "apt-get could not install them."
fi
echo "Missing on this machine (everything else works without):"
printf '%s\n' "${effects[@]}"
echo "To have them: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
exit 0
