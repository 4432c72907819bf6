// SPDX-License-Identifier: BSD-2-Clause
// RUN: %clang -fplugin=%plugin -fsyntax-only -Xclang -verify %s
// RUN: %clang -fplugin=%plugin -fsyntax-only -Xclang -verify -std=c2x %s
// RUN: %clang -fplugin=%plugin -fsyntax-only -Xclang -verify -x c++ %s

[[revector::method]] int method(int x);
[[revector::fixed]] int fixed(int x);
__attribute__((revector_method)) int gnu_method(int x);
__attribute__((revector_fixed)) int gnu_fixed(int x);
[[revector::method]] int method(int x); // twice is fine

[[revector::method]] int variable; // expected-error {{'method' attribute only applies to functions}}
__attribute__((revector_fixed)) static int other; // expected-error {{'revector_fixed' attribute only applies to functions}}
typedef int type __attribute__((revector_method)); // expected-error {{'revector_method' attribute only applies to functions}}
struct [[revector::fixed]] tag { // expected-error {{'fixed' attribute only applies to functions}}
    [[revector::method]] int field; // expected-error {{'method' attribute only applies to functions}}
};
[[revector::loop]] int looped; // expected-error {{'loop' attribute only applies to for, while and do statements}}
int parameter([[revector::fixed]] int x); // expected-error {{'fixed' attribute only applies to functions}}

int statement(int x)
{
    [[revector::method]] x++; // expected-error {{'method' attribute cannot be applied to a statement}}
    [[revector::loop]] x++; // expected-error {{'loop' attribute only applies to for, while and do statements}}
    __attribute__((revector_loop)) while (x > 9)
        x--;
    __attribute__((revector_loop(2))) while (x > 8) // expected-error {{'revector_loop' attribute takes no arguments}}
        x--;
    return x + other;
}

__attribute__((revector_method(1))) int arguments(int x); // expected-error {{'revector_method' attribute takes no arguments}}

[[revector::method, revector::fixed]] int both(int x); // expected-error {{'fixed' and 'revector_method' attributes are not compatible}}
__attribute__((revector_fixed)) int later_both(int x);
[[revector::method]] int later_both(int x); // expected-error {{declared both revector::method and revector::fixed}}

__attribute__((always_inline, revector_method)) static inline int inlined(int x) // expected-error {{'revector_method' and 'always_inline' attributes are not compatible}}
{
    return x;
}
int use(int x)
{
    return inlined(x);
}
