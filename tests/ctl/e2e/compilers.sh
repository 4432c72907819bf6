#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# compilers.sh - how many compilers `revector build` starts, and how many at once.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

# A clang that writes down what it is started for. With MEET, one that compiles waits until so
# many have been started; with ALONE, it fails if another one runs.
mkdir -p meet
cat >clang <<S
#!/bin/sh
case "\$*" in
*revector-includes*) kind=ask ;;
*-cc1*) kind=compile ;;
*-shared*) kind=link ;;
*) kind=other ;;
esac
echo \$kind >>$work/runs
if [ \$kind = compile ] && [ -n "\${MEET-}" ]; then
    touch $work/meet/\$\$
    tries=0
    until [ "\$(ls $work/meet | wc -l)" -ge "\$MEET" ]; do
        tries=\$((tries + 1))
        [ \$tries -lt 1000 ] || exit 1
        sleep 0.02
    done
fi
[ -z "\${ALONE-}" ] || mkdir $work/alone || exit 1
${REVECTOR_CLANG:-clang-19} "\$@"
status=\$?
[ -z "\${ALONE-}" ] || rmdir $work/alone
exit \$status
S
chmod +x clang

# runs COMMAND...: what it starts of the compiler, in $ran.
runs() {
    : >runs
    works env REVECTOR_CLANG="$work/clang" "$@"
    ran=$(sort runs | uniq -c | tr -s ' \n' ' ' | sed 's/^ //; s/ $//')
}

# refuses COMMAND...: the same for one that ends badly; what it says is in err.refused.
refuses() {
    : >runs
    refused 1 "the compiler or the linker failed" env REVECTOR_CLANG="$work/clang" "$@"
    ran=$(sort runs | uniq -c | tr -s ' \n' ' ' | sed 's/^ //; s/ $//')
}

echo '#define STEP 1' >step.h
sources=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    header=
    [ $i -gt 3 ] || header='#include "step.h"'
    printf '%s\n#ifndef STEP\n#define STEP 0\n#endif\nint f%d(int x) { return x + STEP; }\n' \
        "$header" $i >unit$i.c
    sources="$sources unit$i.c"
done
cat >main.c <<'C'
#include <stdio.h>
int f1(int x), f2(int x), f3(int x);
__attribute__((noinline)) int half(int x)
{
    return x / 2;
}
int main(void)
{
    int x;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (scanf("%d", &x) == 1)
        printf("%d %d\n", f1(x) + f2(x) + f3(x), half(x));
}
C
# shellcheck disable=SC2086
compile prog main.c $sources
start prog ./prog

change main.c 's,x / 2,x / 2 + 1,'
runs revector build --for ./prog -o fix.rvp fix/main.c
expect "1 compile" "$ran" "a patch of one file"

echo '#define STEP 2' >step.h
runs revector build --for "$pid" -o fix.rvp --jobs 1 step.h
expect "1 ask 3 compile" "$ran" "a header, one compiler at a time"
works revector apply "$pid" fix.rvp
ask prog 4
expect "18 2" "$answer" "with the changed header"
works revector revert "$pid"
runs revector build --for "$pid" -o fix.rvp --jobs 2 step.h
expect "2 ask 3 compile" "$ran" "a header, two compilers at a time"
runs env MEET=2 revector build --for "$pid" -o fix.rvp --jobs 2 step.h
runs env ALONE=1 revector build --for "$pid" -o fix.rvp --jobs 1 step.h

# ---- one that fails ----
echo '#error never' >step.h
refuses revector build --for ./prog --jobs 1 step.h
expect "1 ask 1 compile 1 other" "$ran" "nothing is compiled after what fails"
rm meet/*
refuses env MEET=3 revector build --for ./prog --jobs 3 step.h
expect 3 "$(grep -c 'step.h:1:2: error: never' err.refused)" "what three compilers say at once"
echo '#include "nowhere.h"' >>unit20.c
refuses revector build --for ./prog step.h
expect_has "$(cat err.refused)" "what 'unit20.c' includes cannot be found out" "a unit that is broken"

# ---- what the compiler's own library has: the process too, or that alone ----
change main.c 's,x / 2,(int)((__int128)1000000 * 1000000 * 1000000 * x / 1000000000 / (x + 996)),'
runs revector build --for "$pid" -o fix.rvp fix/main.c
works revector apply "$pid" fix.rvp
ask prog 4
expect "15 4000000" "$answer" "a division of 128 bits"
works revector revert "$pid"
change main.c 's,return x / 2;,volatile int it = __builtin_cpu_supports("avx2"); return x + (it | 1);,'
runs revector build --for "$pid" -o fix.rvp fix/main.c
expect "1 compile 1 link" "$ran" "a patch that asks which processor it is"
works revector apply "$pid" fix.rvp
ask prog 4
expect "15 5" "$answer" "a patch that asks which processor it is"

refused 2 "--jobs 0" revector build --for ./prog --jobs 0 fix/main.c
refused 2 "--jobs many" revector patch "$pid" --jobs many fix/main.c
echo "as many compilers as there are files, and no more at once than --jobs says"
