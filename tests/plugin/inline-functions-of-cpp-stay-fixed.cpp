// SPDX-License-Identifier: BSD-2-Clause
// Two units with a copy each; the linker keeps one, with its record.
// RUN: split-file %s %t.dir
// RUN: %cxx -O0 -I%inputs/../../.. %t.dir/a.cpp %t.dir/b.cpp -o %t && %t | FileCheck %s
// RUN: %cxx -O0 -fuse-ld=lld -fPIC -ffunction-sections -Wl,--gc-sections -I%inputs/../../.. %t.dir/a.cpp %t.dir/b.cpp -o %t && %t | FileCheck %s
// CHECK: 84
// CHECK: 1 record of the template, fixed
// CHECK: 1 record of the variable

//--- t.h
inline int shared = 0;
template <class T> T twice(T x) {
  ++shared;
  return x + x;
}

//--- a.cpp
#include "t.h"
int other(int x);
int other(int x) { return twice(x); }

//--- b.cpp
#include "t.h"
#include <cstdio>
#include "tests/plugin/Inputs/entries.h"
int other(int x);
int main() {
  std::printf("%d\n", other(1) - 2 + twice(42));
  int count = 0, fixed = 0, variables = 0;
  for (const rv_method *method = methods_begin; method < methods_end; ++method)
    if (strstr(method_name(method), "twice")) {
      ++count;
      fixed += (method->flags & RV_METHOD_FIXED) != 0;
    }
  for (const rv_data *data = data_begin; data < data_end; ++data)
    variables += !strcmp(RV_TARGET(const char, data->name), "shared") &&
                 data_address(data) == &shared;
  std::printf("%d record of the template, %s\n", count, fixed ? "fixed" : "translated");
  std::printf("%d record of the variable\n", variables);
}
