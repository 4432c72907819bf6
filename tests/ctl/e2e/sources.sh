#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sources.sh - what may be given to `revector build` besides a changed source file of the
# program: a changed header, a new source file, a file that others include; and what not.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

mkdir -p src/inc 'src/with blank'
cat >src/inc/rates.h <<'C'
#define RATE 10
static inline int toll(int x)
{
    return x + 1;
}
int half(int x);
C
cat >'src/with blank/words.inc' <<'C'
{"one", 1}, {"two", 2},
C
cat >src/half.c <<'C'
#include "inc/rates.h"
__attribute__((noinline)) int half(int x)
{
    return toll(x / 2);
}
C
cat >src/unconcerned.c <<'C'
__attribute__((noinline)) int unconcerned(int x)
{
    return x;
}
C
cat >src/main.c <<'C'
#include <stdio.h>
#include <string.h>
#include "inc/rates.h"
int unconcerned(int x);
__attribute__((noinline)) static int number(const char *word)
{
    static const struct { const char *word; int number; } all[] = {
#include "with blank/words.inc"
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        if (!strcmp(all[i].word, word))
            return all[i].number;
    return -1;
}
__attribute__((noinline)) static int price(int x)
{
    return toll(RATE * x);
}
__attribute__((noinline)) void serve(const char *line)
{
    char word[32];
    int x = 0;
    if (sscanf(line, "%31s %d", word, &x) == 2)
        printf("%d %d %d\n", price(x), half(x), unconcerned(x));
    else
        printf("%d\n", number(word));
}
int main(void)
{
    char line[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin))
        serve(line);
}
C
compile prog -Isrc src/main.c src/half.c src/unconcerned.c
cp -r src was
start prog ./prog

# check WHAT COMMAND AFTER FILES...: the patch of these files, applied and reverted.
check() {
    local what=$1 command=$2 after=$3 before
    shift 3
    ask prog "$command"
    before=$answer
    works revector build --for "$pid" -o fix.rvp "$@"
    works revector apply "$pid" fix.rvp
    ask prog "$command"
    expect "$after" "$answer" "$what, applied"
    works revector revert "$pid" --all
    ask prog "$command"
    expect "$before" "$answer" "$what, reverted"
}

# ---- a header ----
sed -i 's/RATE 10/RATE 20/' src/inc/rates.h
check "a macro" "price 4" "81 3 4" src/inc/rates.h
sed -i 's/x + 1/x + 5/' src/inc/rates.h
check "an inline function of two units" "price 4" "85 7 4" src/inc/rates.h
works revector inspect fix.rvp
expect_has "$output" half "units that include the header"
case $output in *unconcerned*) fail "a unit that does not include the header is in the patch" ;; esac
sed -i 's/return x;/return 2 * x;/' src/unconcerned.c
check "a header, and a source that does not include it" "price 4" "85 7 8" src/inc/rates.h \
    src/unconcerned.c
mkdir away
ln -s ../src/inc away/link
check "a header by another path" "price 4" "85 7 4" away/link/rates.h
sed -i '1i #include <revector/shadow.h>' src/half.c src/inc/rates.h
check "headers of ours, where the program knows none" "price 4" "85 7 8" src/inc/rates.h src/half.c \
    src/unconcerned.c
sed -i '1d' src/half.c src/inc/rates.h
sed -i 's/"two", 2/"two", 22/' 'src/with blank/words.inc'
check "a file that is no header, but is included" two 22 'src/with blank/words.inc'
works revector build --for "$pid" -o fix.rvp src/main.c src/inc/rates.h src/half.c
rm -r src && cp -r was src

# ---- the scratch folder and the patch on different file systems; a full disk ----
if [ -d /dev/shm ] && [ "$(stat -c %d /dev/shm)" != "$(stat -c %d .)" ]; then
    sed -i 's/RATE 10/RATE 20/' src/inc/rates.h
    works env TMPDIR=/dev/shm revector build --for "$pid" -o far.rvp src/inc/rates.h
    works revector inspect far.rvp
    expect 644 "$(stat -c %a far.rvp)" "who may read the patch"
    works env TMPDIR=/dev/shm revector patch "$pid" src/inc/rates.h
    works revector revert "$pid"
    mkdir small
    if unshare -Urm sh -c 'mount -t tmpfs -o size=4k none small' 2>/dev/null; then
        unshare -Urm sh -c 'mount -t tmpfs -o size=4k none small
            revector build --for ./prog -o small/fix.rvp src/inc/rates.h; echo $?; ls small' \
            >out.full 2>err.full
        expect 1 "$(cat out.full)" "on a full disk: the status, and what is left"
        expect_has "$(cat err.full)" "the file cannot be written: small/fix.rvp: No space" "a full disk"
    fi
    rm -r src && cp -r was src
fi

# ---- a new source file ----
cat >src/discount.c <<'C'
#include "inc/rates.h"
static int calls = 100;
int given;
static int count(void)
{
    return ++calls;
}
int discount(int x)
{
    given += half(x);
    return count() + x + given;
}
C
sed -i 's/return toll(RATE \* x);/extern int discount(int); return discount(x);/' src/main.c
check "a new file, with data and a call back" "price 4" "108 3 4" src/main.c src/discount.c
check "a new file that is given first" "price 4" "108 3 4" src/discount.c src/main.c
refused 1 "isn't there: discount" revector build --for ./prog src/main.c
refused 1 "no such source file: src/discount.c: no source of the program includes it" \
    revector build --for ./prog src/discount.c
cat >src/moved.c <<'C'
int half(int x);
__attribute__((noinline)) int half(int x)
{
    return 1000 * x;
}
C
printf '#include "inc/rates.h"\n' >src/half.c
check "a function that has moved to a new file" "price 4" "41 4000 4" src/half.c src/moved.c
rm -r src && cp -r was src

# ---- one source, compiled twice ----
cat >twice.c <<'C'
__attribute__((noinline)) int NAME(int x)
{
    return x + 1;
}
C
printf '#include <stdio.h>
int first(int), second(int);
__attribute__((noinline)) void serve(int x) { printf("%%d %%d\\n", first(x), second(x)); }
int main(void) { int x; setvbuf(stdout, NULL, _IOLBF, 0);
                 while (scanf("%%d", &x) == 1) serve(x); }\n' >user.c
revector-cc -O2 -DNAME=first -c twice.c -o first.o || fail "cannot compile"
revector-cc -O2 -DNAME=second -c twice.c -o second.o || fail "cannot compile"
compile both first.o second.o user.c
start both ./both
sed -i 's/x + 1/x + 2/' twice.c
works revector patch "$pid" twice.c
ask both 1
expect "3 3" "$answer" "a source that was compiled twice"

# ---- what is none of these ----
echo "int stranger(void);" >stranger.h
refused 1 "no such source file: stranger.h" revector build --for ./prog stranger.h
refused 1 "no such source file: stranger.h" revector build --for ./prog src/half.c stranger.h
echo "nothing" >words.py
refused 1 "no such source file: words.py" revector build --for ./prog src/half.c words.py
refused 1 "cannot be read: gone.h" revector build --for ./prog gone.h
refused 1 "cannot be read: src: Is a directory" revector build --for ./prog src
if [ "$(id -u)" != 0 ]; then
    touch secret.h && chmod 0 secret.h
    refused 1 "cannot be read: secret.h: Permission denied" revector build --for ./prog secret.h
fi
mkdir other
cp src/half.c other/
refused 1 "would both stand for src/half.c" revector build --for ./prog src/half.c other/half.c
refused 2 "--unit goes with one FILE" revector build --for ./prog --unit src/half.c src/half.c stranger.h
refused 1 "nothing has changed" revector build --for ./prog src/inc/rates.h
mv src/unconcerned.c away
refused 1 "the compiler or the linker failed" revector build --for ./prog src/inc/rates.h
expect_has "$(cat err.refused)" src/unconcerned.c "the source that is gone"
mv away/unconcerned.c src
echo '#include "nowhere.h"' >>src/unconcerned.c
sed -i 's/RATE 10/RATE 20/' src/inc/rates.h
refused 1 "the compiler or the linker failed" revector build --for ./prog src/inc/rates.h
expect_has "$(cat err.refused)" unconcerned "the source that cannot be preprocessed"
[ -z "$(ls fix.rvp.* 2>/dev/null)" ] || fail "something was left behind"
echo "headers, new files and included files go into patches"
