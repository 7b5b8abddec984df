#!/usr/bin/env bash
# Fails for each hardening property that a built program lacks, and when it would not notice a program without them.
# COMMANDS is the compile_commands.json of the build folder: two properties leave nothing in a program that could
# be counted on, so a probe is compiled with the flags of every source of lib/ and tools/.
#
#     tests/hardening_test.sh COMPILER COMMANDS PROGRAM...

set -uo pipefail

compiler=$1
commands=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# What PROGRAM lacks, one line each. The flags of the compiler are known by what they leave in the file: the functions
# that they call, or the first instruction of main.
lacking() {
    local program=$1 headers dynamic symbols
    headers=$(readelf -hlW "$program") && dynamic=$(readelf -dW "$program") && symbols=$(readelf --dyn-syms -W "$program") || { echo "a header that can be read"; return; }
    grep -qE '^ +Type: +DYN ' <<<"$headers" && grep -q 'PIE' <<<"$dynamic" || echo "PIE"
    grep -q 'GNU_RELRO' <<<"$headers" || echo "RELRO"
    grep -qE 'BIND_NOW|FLAGS_1.* NOW' <<<"$dynamic" || echo "BIND_NOW"
    grep -qE 'GNU_STACK .* RW ' <<<"$headers" || echo "a stack that is not executable"
    grep -q '__stack_chk_fail' <<<"$symbols" || echo "the stack protector"
    grep -qE ' __[a-z]+_chk@' <<<"$symbols" || echo "FORTIFY_SOURCE"
    case $(uname -m) in
    # Not the note of the whole program: the start files of Debian have none, and one object without it removes it.
    x86_64) objdump -d --disassemble=main "$program" | grep -q 'endbr64' || echo "-fcf-protection" ;;
    esac
}

# A frame that is larger than a guard page, and a buffer whose size is known only when it runs: level 2 does not check that.
cat >"$folder/probe.cpp" <<'CPP'
#include <cstdlib>
#include <cstring>
void use(void *);
void frame() { char large[100000]; use(large); }
void buffer(std::size_t size, void const *from, std::size_t count) {
    void *to = std::malloc(size);
    std::memcpy(to, from, count);
    use(to);
}
CPP

# What code lacks that is compiled with these FLAGS, one line each.
lacking_in_code() {
    "$compiler" "$@" -S -o "$folder/probe.s" "$folder/probe.cpp" 2>/dev/null &&
        "$compiler" "$@" -fno-stack-clash-protection -S -o "$folder/unprobed.s" "$folder/probe.cpp" 2>/dev/null || { echo "flags that compile"; return; }
    ! cmp -s "$folder/probe.s" "$folder/unprobed.s" || echo "stack clash protection"
    grep -q '__memcpy_chk' "$folder/probe.s" || echo "FORTIFY_SOURCE=3"
}

# The flags that bear on it, one line for each different set of them.
flags_of_sources() {
    awk -v top="$(dirname "$(readlink -f "$commands")")/" -F '"' '$2 == "directory" { folder = $4 "/" }
        $2 == "command" && match($0, / -o [^ ]+/) {
            object = substr($0, RSTART + 4, RLENGTH - 4)
            if (object !~ /^\//) object = folder object
            if (index(object, top "lib/") == 1 || index(object, top "tools/") == 1) print
        }' "$commands" | while read -ra words; do
        printf '%s\n' "${words[@]}" | grep -E '^-([Ofm]|std=|[DU]_FORTIFY_SOURCE)' | paste -sd ' '
    done | sort -u
}

# PROPERTY...: fails for each that is not among those that were noticed, the lines of stdin.
expect_all() {
    local missed
    missed=$(comm -13 <(sort) <(printf '%s\n' "$@" | sort))
    [ -z "$missed" ] || { printf 'not noticed in a bare program: %s\n' "$missed"; code=1; }
}

code=0
printf 'int main() { return 0; }\n' >"$folder/bare.cpp"
"$compiler" -fcf-protection=none -fno-stack-protector -no-pie -Wl,-z,norelro,-z,lazy,-z,execstack \
    -o "$folder/bare" "$folder/bare.cpp" 2>/dev/null || { echo "the bare program does not build"; exit 1; }
expected=(PIE RELRO BIND_NOW FORTIFY_SOURCE "a stack that is not executable" "the stack protector")
[ "$(uname -m)" != x86_64 ] || expected+=(-fcf-protection)
expect_all "${expected[@]}" < <(lacking "$folder/bare")
expect_all "stack clash protection" "FORTIFY_SOURCE=3" < <(lacking_in_code -O2 -fno-stack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)

sets=$(flags_of_sources)
[ -n "$sets" ] || { echo "no source of lib/ or tools/ in $commands"; exit 1; }
while read -ra flags; do
    while IFS= read -r property; do
        printf 'sources compiled with %s lack %s\n' "${flags[*]}" "$property"
        code=1
    done < <(lacking_in_code "${flags[@]}")
done <<<"$sets"
for program in "$@"; do
    while IFS= read -r property; do
        printf '%s lacks %s\n' "$program" "$property"
        code=1
    done < <(lacking "$program")
done
exit "$code"
