// SPDX-License-Identifier: BSD-2-Clause
// headers_as_cxx.cpp - the installed headers compile as C++; building this is the test.
#include "revector/error.h"
#include "revector/patch.h"
#include "revector/record.h"
#include "revector/revector.h"
#include "revector/shadow.h"

REVECTOR_METHOD int marked();
REVECTOR_FIXED int left_alone();

const char *use_of_every_header();
const char *use_of_every_header()
{
    const struct rv_image image = {};
    return image.abi == RV_RECORD_ABI ? rv_version() : rv_error_text(RV_ERECORDS);
}
