// SPDX-License-Identifier: BSD-2-Clause
// Lines that move, where they have to be constants: in strings that # has made, in what static
// variables begin with; and in what is assigned, returned or initialised. What is no line, a
// text beside the line, and other fields still count.
// RUN: %cc -shared -fPIC -O2 -w %s -o %t.exe
// RUN: %refit -O2 -w -DAGAIN -c %s -o %t.o 2>&1 | grep -o 'remark: .* is .*:' | sort | FileCheck %s
// RUN: %cc -shared -fPIC -O0 -w %s -o %t.exe
// RUN: %refit -O0 -w -DAGAIN -c %s -o %t.o 2>&1 | grep -o 'remark: .* is .*:' | sort | FileCheck %s
// CHECK-NOT: remark:
// CHECK: remark: other_field is replaced:
// CHECK-NEXT: remark: other_number is replaced:
// CHECK-NEXT: remark: other_text is replaced:
// CHECK-NOT: remark:
//
// A variable that the program writes keeps its start, whichever else of it has changed.
// RUN: not %refit -O2 -w -DAGAIN -DOTHER_START -c %s -o %t.o 2>&1 | FileCheck --check-prefix=START %s
// START: error: revector: the initialiser of 'warns.site' has changed
//
// And all of them arrive as they are.
// RUN: %cc -O2 -w -DMAIN %s -o %t.main && %t.main
// RUN: %cc -O0 -w -DMAIN %s -o %t.main && %t.main
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define WHERE "file:" TEXT(__LINE__)
#ifdef AGAIN
#define OF(old, new) new
#else
#define OF(old, new) old
#endif
#ifdef OTHER_START
#define START 7
#else
#define START 0
#endif

struct site {
    const char *file;
    int line, hits;
    long wide;
};

#ifndef MAIN
int say(const char *text, int x);
void note(struct site *site);
void see(const struct site *site);

#ifdef AGAIN
#line 2000 // as if as many lines had been inserted
#endif
static const char *where = WHERE;
int by_variable(int x) { return say(where, x); }
int moves(void);
int moves(void) { where = "moved"; return 0; }
int by_argument(int x) { return say(WHERE, x); }
int by_array(int x) { static const char text[] = WHERE; return say(text, x); }
int warns(int x)
{
    static struct site site = {"a", __LINE__, START};
    if (x > 3) {
        site.hits++;
        note(&site);
    }
    return x;
}
void describes(void) { static const struct site site = {"b", __LINE__}; see(&site); }
void makes(int x) { see(&(const struct site){"c", __LINE__, x, __LINE__}); }
void assigns(int x)
{
    struct site site;
    site.line = __LINE__;
    site.hits = x;
    note(&site);
}
void begins(int x) { struct site site = {"d", __LINE__, x}; note(&site); }
int returns(int x) { return x ? __LINE__ : 0; }
void other_field(void) { static const struct site site = {"e", __LINE__, OF(1, 2)}; see(&site); }
int other_text(int x) { return say(OF("old ", "new ") WHERE, x); }
int other_number(int x) { return say("number " TEXT(OF(17, 18)), x); }

#else
int strcmp(const char *, const char *);
#line 400
static const char *where = WHERE;
static int returns(int x) { return x ? __LINE__ : 0; }
int main(void)
{
    static struct site fixed = {"a", __LINE__, 0, __LINE__};
    struct site made = {"b", __LINE__, 1, __LINE__}, assigned;
    unsigned char low = __LINE__;
    assigned.line = __LINE__;
    const struct site *compound = &(const struct site){"c", __LINE__};
    if (strcmp(where, "file:400") || strcmp(WHERE, "file:409"))
        return 1;
    return returns(1) != 401 || fixed.line != 404 || fixed.wide != 404 || made.line != 405 ||
           made.wide != 405 || low != (unsigned char)406 || assigned.line != 407 ||
           compound->line != 408;
}
#endif
