// SPDX-License-Identifier: GPL-2.0
/*
 * HTML, in which nothing from outside can be anything but text: what %s stands for
 * is always escaped, so that it cannot be forgotten.
 */
#include <stdarg.h>
#include <string.h>
#include "html.h"

/**
 * html_bytes - write text so that it is text, in content and in attributes
 * @out: where to
 * @text: UTF-8
 * @len: how long
 */
void html_bytes(FILE *out, const char *text, size_t len)
{
	for (; len; text++, len--) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			/* Controls are no characters of HTML. */
			if ((unsigned char)*text >= ' ' || *text == '\n' || *text == '\t')
				fputc(*text, out);
		}
	}
}

/* A number; @spec is its conversion: %d, %lld, or %f with a precision. */
static void put_number(FILE *out, const char *spec, va_list *args)
{
	long long number;

	if (spec[strlen(spec) - 1] == 'f') {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		fprintf(out, spec, va_arg(*args, double));
#pragma GCC diagnostic pop
		return;
	}
	number = strstr(spec, "ll") ? va_arg(*args, long long) : va_arg(*args, int);
	fprintf(out, "%lld", number);
}

/**
 * html - write HTML
 * @out: where to
 * @format: HTML with %s, %d, %lld, %f (with a precision) and %%, as for printf();
 *	what %s stands for is escaped
 */
void html(FILE *out, const char *format, ...)
{
	const char *text;
	char spec[16];
	va_list args;
	size_t len;

	va_start(args, format);
	for (; *format; format += len) {
		len = strcspn(format, "%");
		if (len) {
			fwrite(format, 1, len, out);
			continue;
		}
		if (format[1] == '%') {
			fputc('%', out);
			len = 2;
			continue;
		}
		len = strcspn(format, "sdf") + 1;
		snprintf(spec, sizeof(spec), "%.*s", (int)len, format);
		if (!strcmp(spec, "%s")) {
			text = va_arg(args, const char *);
			html_bytes(out, text, text ? strlen(text) : 0);
		} else {
			put_number(out, spec, &args);
		}
	}
	va_end(args);
}
