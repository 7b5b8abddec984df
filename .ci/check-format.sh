#!/usr/bin/env bash
# Fails for every source that clang-format would change, committed or not. Installs nothing.

set -euo pipefail
cd "$(dirname "$0")/.."

formatter=''
for candidate in clang-format-14 clang-format; do # versions differ in details, so the one of Debian 12 first
    if command -v "$candidate" >/dev/null; then
        formatter=$candidate
        break
    fi
done
if [ -z "$formatter" ]; then
    echo "clang-format is not installed; tools/install-packages.sh tests installs it." >&2
    exit 2
fi

mapfile -d '' -t sources < <(git ls-files -z --cached --others --exclude-standard -- '*.cpp' '*.hpp')
existing=()
for source in "${sources[@]}"; do
    [ ! -f "$source" ] || existing+=("$source")
done
[ ${#existing[@]} -gt 0 ] || { echo "There is no source to check." >&2; exit 2; }
"$formatter" --dry-run -Werror "${existing[@]}"
echo "${#existing[@]} sources are formatted as .clang-format says."
