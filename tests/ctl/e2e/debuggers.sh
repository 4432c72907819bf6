#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# debuggers.sh - gdb breaks in a patched function by name, lists its source and
# shows the whole backtrace through translated calls; perf and callgrind name it.
# A breakpoint by name stops in the entry stub first, then in the body.
# shellcheck source=lib.sh
. "$(dirname -- "$0")/lib.sh"

cp "$here/daemon.c" .
compile daemon daemon.c
change daemon.c 's/return base;/return base + 1; \/* patched *\//'
./daemon face &
pid=$!
disown
started=$pid
wait_for_agent "$pid"
works revector patch "$pid" fix/daemon.c
seen=

if command -v gdb >/dev/null && timeout 60 gdb -batch -p "$pid" -ex 'info threads' >gdb.probe 2>&1; then
    timeout 60 gdb -batch -nx -p "$pid" -ex 'set pagination off' -ex 'set breakpoint pending on' \
        -ex 'break value' -ex 'continue' -ex 'continue' -ex 'list' -ex 'backtrace' -ex 'info symbol $pc' \
        -ex 'delete' -ex 'detach' >gdb.out 2>&1
    expect_has "$(cat gdb.out)" "value" "gdb stops"
    expect_has "$(cat gdb.out)" "return base + 1; /* patched */" "gdb lists the patched source"
    expect_has "$(cat gdb.out)" "fix/daemon.c" "gdb names the source file"
    grep -q '^#[1-9].* tick .*daemon.c' gdb.out || fail "no caller in gdb's backtrace: $(cat gdb.out)"
    grep -q '^#[1-9].* main .*daemon.c' gdb.out || fail "no main in gdb's backtrace: $(cat gdb.out)"
    seen="$seen gdb"
fi

cat >busy.c <<'C'
__attribute__((noinline)) unsigned work(unsigned x)
{
    for (int i = 0; i < 1000; i++)
        x = x * 5 + 1;
    return x;
}
volatile unsigned sink;
__attribute__((noinline)) void round_trip(void)
{
    for (int i = 0; i < 1000; i++)
        sink += work(sink);
}
int main(void)
{
    for (;;)
        round_trip();
}
C
compile busy busy.c
change busy.c 's/x \* 5 + 1/x * 7 + 3/'
./busy &
pid=$!
disown
started="$started $pid"
wait_for_agent "$pid"
works revector patch "$pid" fix/busy.c
if command -v perf >/dev/null && perf record -e cpu-clock -o perf.data -p "$pid" -- sleep 1 >perf.log 2>&1; then
    perf report -i perf.data --stdio >perf.out 2>/dev/null
    grep -q 'busy-.*\.rvp .*work$' perf.out || fail "perf does not name the patched function: $(cat perf.out)"
    seen="$seen perf"
fi
kill -9 "$pid"

# callgrind slows everything down, so the program stops by itself; and Debian 12's
# valgrind gives up on clang 19's DWARF 5
if command -v valgrind >/dev/null; then
    sed 's/for (;;)/for (int i = 0; i < 200; i++)/' busy.c >short.c
    compile short -gdwarf-4 short.c
    valgrind --tool=callgrind --callgrind-out-file=cg.out ./short >valgrind.log 2>&1 ||
        fail "valgrind: $(tail -5 valgrind.log)"
    callgrind_annotate cg.out >cg.txt 2>/dev/null
    grep -q 'work' cg.txt || fail "callgrind does not name a translated function: $(head -40 cg.txt)"
    seen="$seen callgrind"
fi
[ -n "$seen" ] || skip "no gdb, perf or valgrind that works here"
echo "seen by:$seen"
