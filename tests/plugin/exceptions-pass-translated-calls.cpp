// SPDX-License-Identifier: BSD-2-Clause
// RUN: %same %t %s | FileCheck %s
// RUN: env "WAYS=-O2 -fuse-ld=lld" %same %t %s | FileCheck %s
#include <cstdio>
#include <stdexcept>
#include <string>

namespace {

struct Guard {
  const char *name;
  explicit Guard(const char *name) : name(name) {}
  ~Guard() { std::printf("leaving %s\n", name); }
};

struct Base {
  virtual ~Base() {}
  virtual int value(int n) = 0;
};

struct Thrower : Base {
  int value(int n) override;
};

__attribute__((noinline)) int Thrower::value(int n) {
  Guard guard("value");
  if (n > 2)
    throw std::runtime_error("too much: " + std::to_string(n));
  return n;
}

} // namespace

__attribute__((noinline)) int middle(Base &base, int n) {
  Guard guard("middle");
  return base.value(n) + 1;
}

__attribute__((noinline)) int outer(int n) {
  Thrower thrower;
  try {
    return middle(thrower, n);
  } catch (const std::runtime_error &error) {
    std::printf("caught %s\n", error.what());
    return -1;
  }
}

// CHECK: leaving value
// CHECK: leaving middle
// CHECK: 2
// CHECK: leaving value
// CHECK: leaving middle
// CHECK: caught too much: 3
// CHECK: -1
int main() {
  std::printf("%d\n", outer(1));
  std::printf("%d\n", outer(3));
  return 0;
}
