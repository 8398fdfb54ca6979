// SPDX-License-Identifier: GPL-2.0
/*
 * What people write: files of prefixes, and the arguments of commands. A file is
 * taken whole or refused; what is taken is sorted, valid and none twice, and
 * written out it is the same list.
 *
 * Input: what it is (1 octet), then the text.
 */
#include <arpa/inet.h>
#include "fuzz.h"
#include "quiet.h"
#include "../../userspace-ctl/whitelist.c"

/* The text of a list, to be freed. */
static char *write_out(const struct whitelist *f)
{
	char *text = NULL, line[ARG_PREFIX_TEXT];
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	for (i = 0; i < f->nr; i++) {
		arg_prefix_text(&f->entry[i].prefix, line);
		fprintf(out, "  %s\t# kept\r\n", line);
	}
	fclose(out);
	return text;
}

static int read_text(struct whitelist *f, const void *text, size_t size)
{
	FILE *in = fmemopen((void *)text, size, "r");
	int ret;

	MUST(in);
	fuzz_calls++;
	f->name = "input";
	ret = read_lines(f, in);
	fclose(in);
	return ret ? ret : check_order(f);
}

static void file(const uint8_t *data, size_t size)
{
	struct whitelist f = { 0 }, again = { 0 };
	char *text;
	size_t i;

	if (!size || read_text(&f, data, size)) {
		free(f.entry);
		return;
	}
	for (i = 0; i < f.nr; i++) {
		MUST(ttlpin_prefix_is_valid(&f.entry[i].prefix));
		MUST(!i || ttlpin_prefix_compare(&f.entry[i - 1].prefix,
						 &f.entry[i].prefix) < 0);
	}
	text = write_out(&f);
	if (*text) {
		MUST(!read_text(&again, text, strlen(text)) && again.nr == f.nr);
		for (i = 0; i < f.nr; i++)
			MUST(!ttlpin_prefix_compare(&f.entry[i].prefix,
						    &again.entry[i].prefix));
	}
	free(text);
	free(f.entry);
	free(again.entry);
}

static void end_of_flow(const char *text)
{
	struct arg_end end;
	unsigned long number;
	char addr[64];

	fuzz_calls++;
	if (arg_number(text, &number))
		MUST(strspn(text, "0123456789") == strlen(text));
	if (arg_end(text, &end))
		return;
	MUST((end.family == 4 || end.family == 6) && end.port);
	MUST(inet_ntop(end.family == 4 ? AF_INET : AF_INET6, end.addr, addr,
		       sizeof(addr)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	if (data[0] & 1) {
		file(data + 1, size - 1);
		return 0;
	}
	text = strndup((const char *)data + 1, size - 1);
	end_of_flow(text);
	free(text);
	return 0;
}
