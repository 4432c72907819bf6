// SPDX-License-Identifier: BSD-2-Clause
// Virtual calls, thunks, pointers to members (they need even addresses), static
// initialisers, lambdas, templates.
// RUN: %same %t %s | FileCheck %s
#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

struct A {
  virtual ~A();
  virtual int f(int x);
  int plain(int x);
};
struct B {
  virtual ~B();
  virtual int g(int x);
};
struct C : A, virtual B {
  ~C() override;
  int f(int x) override;
  int g(int x) override;
};

A::~A() { std::puts("~A"); }
B::~B() { std::puts("~B"); }
C::~C() { std::puts("~C"); }
int A::f(int x) { return x; }
int A::plain(int x) { return 2 * x; }
int B::g(int x) { return x + 1; }
int C::f(int x) { return A::f(x) + 10; }
int C::g(int x) { return B::g(x) + 100; }

template <class T> __attribute__((noinline)) T twice(T x) { return x + x; }

static std::vector<int> make() { return {3, 1, 2}; }
static std::vector<int> values = make();

int main() {
  C c;
  A &a = c;
  B &b = c;
  int (A::*member)(int) = &A::plain;
  int (A::*virtualMember)(int) = &A::f;
  // CHECK: 11 102 10 15 8
  std::printf("%d %d %d %d %d\n", a.f(1), b.g(1), (a.*member)(5), (a.*virtualMember)(5), twice(4));
  std::sort(values.begin(), values.end(), [](int x, int y) { return x > y; });
  std::function<int(int)> add = [&](int x) { return x + values[0]; };
  // CHECK: 3 2 1 13
  std::printf("%d %d %d %d\n", values[0], values[1], values[2], add(10));
  // CHECK: ~C
  // CHECK-NEXT: ~A
  // CHECK-NEXT: ~B
  return 0;
}
