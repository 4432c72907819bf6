#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# latecomers.sh - after a restart, libraries have their updates too: those that the
# program was linked with before main, those that come later soon after. A patch that
# comes before its program waits for it.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

for name in one plug; do
    cat >$name.c <<C
int ${name}_base;
__attribute__((noinline)) int ${name}_value(void) { return ${name}_base + 1; }
int ${name}_call(void) { return ${name}_value(); }
C
    compile lib$name.so -shared -fPIC $name.c
    change $name.c 's/base + 1/base + 2/'
    revector build --for ./lib$name.so -o fix-$name.rvp fix/$name.c >/dev/null 2>&1 || fail "cannot build"
done
cat >main.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
int one_call(void);
int main(void)
{
    char line[64];
    void *plug = NULL;
    printf("main %d\n", one_call());
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        int (*call)(void);
        if (!plug)
            plug = dlopen("./libplug.so", RTLD_NOW);
        call = (int (*)(void))dlsym(plug, "plug_call");
        printf("%d %d\n", one_call(), call());
        if (line[0] == 'u')
            plug = (dlclose(plug), NULL);
        fflush(stdout);
    }
}
C
export REVECTOR_UPDATES=$work/updates

# becomes NAME WANTED WHAT
becomes() {
    eventually "$2 $3" answers "$1" x "$2"
}

# story NAME MAIN WHAT: what main finds after a restart.
story() {
    rm -rf updates
    mkdir updates
    start "$1" ./main
    hear "$1"
    expect "main 1" "$answer" "$3, the first start"
    ask "$1" x
    expect "1 1" "$answer" "$3, before"
    works revector apply "$pid" fix-plug.rvp
    works revector apply "$pid" fix-one.rvp
    ask "$1" x
    expect "2 2" "$answer" "$3, applied"
    expect 2 "$(find updates -name '00000001-fix-*.rvp' | wc -l)" "$3, folders with a patch"
    start "$1_again" ./main
    hear "$1_again"
    [ -z "$2" ] || expect "main $2" "$answer" "$3, main of the second start"
    becomes "$1_again" "2 2" "$3, after the second start"
    ask "$1_again" u
    expect "2 2" "$answer" "$3, before it unloads the plugin"
    becomes "$1_again" "2 2" "$3, when the plugin was unloaded and is back"
}

compile main main.c -L. -lone -Wl,-rpath,"$work"
story ours 2 "a program of ours"
clang-19 -O2 main.c -o main -L. -lone -Wl,-rpath,"$work" || fail "cannot compile"
story other "" "a program of a plain compiler"

# A thread is in the old function before its library registers, so the agent begins with the update
# and does not come to its end before the program's own constructor: which waits for it.
cat >first.c <<'C'
#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>
volatile int is_inside, has_left;
static void *stay(void *unused)
{
    ((int (*)(int))dlsym(RTLD_DEFAULT, "begun_value"))(400000);
    has_left = 1;
    return unused;
}
__attribute__((constructor)) static void begin(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, stay, NULL);
    while (!is_inside)
        usleep(1000);
}
C
clang-19 -O2 -shared -fPIC first.c -o libfirst.so || fail "cannot compile"
cat >begun.c <<'C'
#include <unistd.h>
extern volatile int is_inside;
int begun_base;
__attribute__((noinline)) int begun_value(int us)
{
    is_inside = 1;
    return usleep(us) + begun_base + 1;
}
__attribute__((constructor)) static void begin(void)
{
    usleep(100000);
}
C
compile libbegun.so -shared -fPIC begun.c -L. -lfirst -Wl,-rpath,"$work"
change begun.c 's/base + 1/base + 2/'
revector build --for ./libbegun.so -o fix-begun.rvp fix/begun.c >/dev/null 2>&1 || fail "cannot build"
cat >begins.c <<'C'
#include <stdio.h>
extern volatile int has_left;
int begun_value(int us);
int main(void)
{
    char line[64];
    int had_left = has_left;
    do {
        printf("%d %d\n", had_left, begun_value(0));
        fflush(stdout);
    } while (fgets(line, sizeof(line), stdin));
}
C
compile begins begins.c -L. -lbegun -lfirst -Wl,-rpath,"$work"
rm -rf updates
mkdir updates
start begins ./begins
hear begins
works revector apply "$pid" fix-begun.rvp
start begins_again ./begins
hear begins_again
expect "1 2" "$answer" "main, after an update of a library that a thread was in"

# The runtime's constructor is over, and its agent answers; the program's own is not.
cat >late.c <<'C'
#include <unistd.h>
extern const char *rv_version(void);
const char *late_version;
__attribute__((constructor)) static void begin(void)
{
    late_version = rv_version();
    usleep(700000);
}
C
clang-19 -O2 -shared -fPIC late.c -o liblate.so -L"$build/lib" -lrevector || fail "cannot compile"
unset REVECTOR_UPDATES
cat >starts.c <<'C'
#include <stdio.h>
int base;
__attribute__((noinline)) int value(void) { return base + 1; }
int main(void)
{
    char line[64];
    while (fgets(line, sizeof(line), stdin)) {
        printf("%d\n", value());
        fflush(stdout);
    }
}
C
compile starts starts.c -L. -Wl,--no-as-needed -llate -Wl,-rpath,"$work"
change starts.c 's/base + 1/base + 2/'
revector build --for ./starts -o fix-starts.rvp fix/starts.c >/dev/null 2>&1 || fail "cannot build"
start starts ./starts
works revector apply "$pid" fix-starts.rvp
ask starts x
expect 2 "$answer" "a patch that came before its program"
echo "latecomers: libraries have their updates again"
