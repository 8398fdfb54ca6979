/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tool's lines about failures, made but not shown: refusals are many, and
 * nobody reads them. Linked by --wrap in place of out_fail() and out_usage().
 */
#ifndef FUZZ_QUIET_H
#define FUZZ_QUIET_H

#include <stdarg.h>
#include <stdio.h>
#include "ctl.h"
#include "fuzz.h"

int __wrap_out_fail(const char *format, ...);
int __wrap_out_usage(const char *format, ...);

static inline void one_line(const char *format, va_list args)
{
	char text[8192];
	int len = vsnprintf(text, sizeof(text), format, args);

	MUST(len > 0 && !strchr(format, '\n'));
}

int __wrap_out_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	one_line(format, args);
	va_end(args);
	return CTL_FAILED;
}

int __wrap_out_usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	one_line(format, args);
	va_end(args);
	return CTL_USAGE;
}

#endif /* FUZZ_QUIET_H */
