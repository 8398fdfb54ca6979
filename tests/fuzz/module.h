/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's settings, for a fuzzer of the tool: kmod/config.c is compiled with
 * headers that the tool's cannot stand beside.
 */
#ifndef FUZZ_MODULE_H
#define FUZZ_MODULE_H

#include <stdbool.h>

/* Whether the module takes that text for a setting, by the name of its file. */
bool module_store(const char *name, const char *text);

#endif /* FUZZ_MODULE_H */
