/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of hashes declare and never define. */
void log_line(const char *text, int number);
extern int environment;
