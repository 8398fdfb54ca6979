/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HTML, in which nothing from outside can be anything but text.
 */
#ifndef HTML_H
#define HTML_H

#include <stddef.h>
#include <stdio.h>

void html(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void html_bytes(FILE *out, const char *text, size_t len);

#endif /* HTML_H */
