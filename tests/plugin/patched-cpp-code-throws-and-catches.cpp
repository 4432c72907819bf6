// SPDX-License-Identifier: BSD-2-Clause
// RUN: %patch %t %s | FileCheck %s
#include "patch.h"
#include <stdexcept>
#include <string>

struct Own {
  int Code = 7;
  virtual ~Own() {}
};

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
  if (Side < -10)
    throw Own();
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
  } catch (const Own &It) {
    return "own " + std::to_string(It.Code);
  } catch (const std::exception &Error) {
#ifdef FIXED
    return std::string("caught ") + Error.what();
#else
    return "caught";
#endif
  }
}

// CHECK: at first
// CHECK-NEXT: 900 of call 1, 9 of call 2
// CHECK-NEXT: patched
// CHECK-NEXT: own 7, caught negative
// CHECK-NEXT: reverted
// CHECK-NEXT: 900 of call 5, 9 of call 6
void act() {
  printf("%s, ", describe(Square(-30)).c_str());
  printf("%s\n", describe(Square(-3)).c_str());
}
