#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# libraries.sh - functions of a shared library and of a plugin that comes by
# dlopen; each translation; a stripped program; and units built for LTO.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cat >lib.c <<'C'
static int calls;
__attribute__((noinline)) int lib_value(int x)
{
    calls += 1;
    return x + 1 + 0 * calls;
}
C
cat >plug.c <<'C'
int lib_value(int x);
__attribute__((noinline)) int plug_value(int x)
{
    return lib_value(x) * 10;
}
C
cat >main.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
int lib_value(int x);
int main(void)
{
    char line[64];
    void *plug = dlopen("./plug.so", RTLD_NOW);
    int (*plug_value)(int) = (int (*)(int))dlsym(plug, "plug_value");
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin))
        printf("%d %d\n", lib_value(atoi(line)), plug_value(atoi(line)));
    return 0;
}
C
change lib.c 's/x + 1/x + 2/'
change plug.c 's/\* 10/* 100/'

# story FLAGS...: everything compiled with these
story() {
    rm -f ./*.so
    compile libone.so -shared -fPIC "$@" lib.c
    compile plug.so -shared -fPIC "$@" plug.c -L. -lone
    compile main "$@" main.c -L. -lone -Wl,-rpath,"$work"
    names=$((names + 1))
    start "main$names" ./main
    ask "main$names" 5
    expect "6 60" "$answer" "before ($*)"
    works revector patch "$pid" fix/lib.c
    ask "main$names" 5
    expect "7 70" "$answer" "the library patched ($*)"
    works revector patch "$pid" fix/plug.c
    ask "main$names" 5
    expect "7 700" "$answer" "both patched ($*)"
    works revector revert "$pid" 1
    ask "main$names" 5
    expect "6 600" "$answer" "the older reverted ($*)"
    works revector revert "$pid" --all
    ask "main$names" 5
    expect "6 60" "$answer" "both reverted ($*)"
}

# A note that comes before the build ID.
cat >note.s <<'S'
.section .note.aaa, "a", @note
.balign 4
.long 4, 4, 1
.asciz "abc"
.long 7
S

names=0
story
story -s
story -O0
story -Os -ffunction-sections -Wl,--gc-sections
story -fplugin-arg-revector-translation=leaf
story -fplugin-arg-revector-place=inline
story -fplugin-arg-revector-translation=leaf -fplugin-arg-revector-place=inline
story -Wl,-Bsymbolic
story note.s
story -fuse-ld=lld
story -fuse-ld=lld -flto
story -fuse-ld=lld -flto=thin
refused 1 "make a patch for each" revector patch "$pid" fix/lib.c fix/plug.c

# Two functions in two libraries call each other; one of them is replaced meanwhile.
printf 'int odd(int);\n__attribute__((noinline)) int even(int x) { return x == 0 ? 1 : odd(x - 1); }\n' >even.c
printf 'int even(int);\n__attribute__((noinline)) int odd(int x) { return x == 0 ? 2 : even(x - 1); }\n' >odd.c
cat >mutual.c <<'C'
#include <stdio.h>
#include <stdlib.h>
int even(int x);
int main(void)
{
    char line[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof(line), stdin))
        printf("%d\n", even(atoi(line)));
    return 0;
}
C
compile libodd.so -shared -fPIC odd.c
compile libeven.so -shared -fPIC even.c -L. -lodd
compile mutual mutual.c -L. -leven -lodd -Wl,-rpath,"$work"
change odd.c 's/x == 0 ? 2/x == 0 ? 20/'
start mutual ./mutual
ask mutual 7
expect 2 "$answer" "mutual recursion, before"
works revector patch "$pid" fix/odd.c
ask mutual 7
expect 20 "$answer" "mutual recursion, patched"
works revector revert "$pid" --all
ask mutual 7
expect 2 "$answer" "mutual recursion, reverted"
echo "libraries, plugins, $names ways to build them"
