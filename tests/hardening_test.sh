#!/usr/bin/env bash
# Fails for each hardening property that a built program lacks, and when it would not notice a program without them.
#
#     tests/hardening_test.sh COMPILER PROGRAM...

set -uo pipefail

compiler=$1
shift
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

code=0
printf 'int main() { return 0; }\n' >"$folder/bare.cpp"
"$compiler" -fcf-protection=none -fno-stack-protector -no-pie -Wl,-z,norelro,-z,lazy,-z,execstack \
    -o "$folder/bare" "$folder/bare.cpp" 2>/dev/null || { echo "the bare program does not build"; exit 1; }
expected=(PIE RELRO BIND_NOW FORTIFY_SOURCE "a stack that is not executable" "the stack protector")
[ "$(uname -m)" != x86_64 ] || expected+=(-fcf-protection)
missed=$(comm -13 <(lacking "$folder/bare" | sort) <(printf '%s\n' "${expected[@]}" | sort))
[ -z "$missed" ] || { printf 'not noticed in a bare program: %s\n' "$missed"; code=1; }

for program in "$@"; do
    while IFS= read -r property; do
        printf '%s lacks %s\n' "$program" "$property"
        code=1
    done < <(lacking "$program")
done
exit "$code"
