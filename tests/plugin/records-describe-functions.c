// SPDX-License-Identifier: BSD-2-Clause
// RUN: %cc -O2 -I%inputs/../../.. %s -o %t && %t | FileCheck %s
// RUN: %cc -O2 -fPIC -fuse-ld=lld -I%inputs/../../.. %s -o %t && %t | FileCheck %s
// RUN: %cc -O2 -flto=thin -fuse-ld=lld -I%inputs/../../.. %s -o %t && %t | FileCheck %s
#include "tests/plugin/Inputs/entries.h"

int exported(int x);
int fixed(int x);
int weak(int x);
int variadic(int x, ...);

// CHECK-DAG: exported: address taken, index, entry is its address, body
int exported(int x)
{
    return x + 1;
}

// CHECK-DAG: internal: static, address taken, index, entry is its address, body
__attribute__((noinline)) static int internal(int x)
{
    return x + 2;
}

// CHECK-DAG: fixed: fixed, address taken, entry is its address
__attribute__((revector_fixed)) int fixed(int x)
{
    return x + 3;
}

// CHECK-DAG: weak: weak, address taken, index, entry is its address, body
__attribute__((weak)) int weak(int x)
{
    return x + 4;
}

// CHECK-DAG: variadic: varargs, address taken, index, entry is its address, body
int variadic(int x, ...)
{
    return x + 5;
}

// CHECK-DAG: start: static, address taken, constructor, index, body
__attribute__((constructor)) static void start(void)
{
    setbuf(stdout, NULL);
}

int (*volatile pointer)(int) = internal;

static const void *address_of(const char *name)
{
    static const struct {
        const char *name;
        const void *address;
    } table[] = {{"exported", exported}, {"fixed", fixed}, {"weak", weak}, {"variadic", variadic}};
    for (unsigned i = 0; i < sizeof(table) / sizeof(*table); ++i)
        if (!strcmp(table[i].name, name))
            return table[i].address;
    return !strcmp(name, "internal") ? (const void *)pointer : NULL;
}

static void show(const struct rv_method *method)
{
    static const char *const flags[] = {"static", "weak", "fixed", "varargs", "address taken",
                                        "constructor"};
    const char *separator = ": ";
    printf("%s", method_name(method));
    for (int i = 0; i < 6; ++i)
        if (method->flags >> i & 1) {
            printf("%s%s", separator, flags[i]);
            separator = ", ";
        }
    if (method->index < RV_TARGET(struct rv_unit, method->unit)->count &&
        !(method->flags & RV_METHOD_FIXED)) {
        printf("%sindex", separator);
        separator = ", ";
    }
    if (RV_TARGET(const void, method->entry) == address_of(method_name(method)))
        printf("%sentry is its address", separator);
    puts(method->body ? ", body" : "");
}

int main(void)
{
    for (const struct rv_method *method = methods_begin; method < methods_end; ++method)
        show(method);
    // CHECK-DAG: unit: {{.*}}records-describe-functions.c in /{{.*}}, {{.*}}clang version 19{{.*}}, -cc1 arguments: {{.*}}-triple{{.*}}-main-file-name
    const struct rv_unit *unit = RV_TARGET(struct rv_unit, methods_begin->unit);
    printf("unit: %s in %s, %s, -cc1 arguments:", RV_TARGET(char, unit->source),
           RV_TARGET(char, unit->directory), RV_TARGET(char, unit->compiler));
    for (const char *word = RV_TARGET(char, unit->command); *word; word += strlen(word) + 1)
        printf(" %s", word);
    puts("");
    // CHECK-DAG: image: methods, units, data
    const struct rv_image *image = RV_TARGET(struct rv_image, unit->image);
    printf("image: %s, %s, %s\n", image->methods == methods_begin ? "methods" : "wrong",
           image->units <= unit && unit < image->units_end ? "units" : "wrong",
           image->data == data_begin ? "data" : "wrong");
    return 0;
}
