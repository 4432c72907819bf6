// SPDX-License-Identifier: BSD-2-Clause
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"
#include <stdexcept>
#include <string>

struct Shape {
  virtual ~Shape() {}
  virtual int area() const = 0;
};

struct Square : Shape {
  int Side;
  explicit Square(int Side) : Side(Side) {}
  int area() const override;
};

int Square::area() const {
#ifdef FIXED
  if (Side < 0)
    throw std::runtime_error("negative");
#endif
  return Side * Side;
}

static int Calls;

__attribute__((noinline)) static std::string describe(const Shape &It) {
  ++Calls;
  try {
    return std::to_string(It.area()) + " of call " + std::to_string(Calls);
  } catch (const std::exception &Error) {
#ifdef FIXED
    return std::string("caught ") + Error.what();
#else
    return "caught";
#endif
  }
}

// CHECK: at first
// CHECK-NEXT: 9 of call 1
// CHECK-NEXT: patched
// CHECK-NEXT: caught negative
// CHECK-NEXT: reverted
// CHECK-NEXT: 9 of call 3
void act() { printf("%s\n", describe(Square(-3)).c_str()); }
