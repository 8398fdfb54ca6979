// SPDX-License-Identifier: GPL-2.0
/*
 * Files of settings as the tool reads them: taken whole or refused, and what is
 * written out of one that was taken is read back the same. What the tool accepts
 * of a setting the module's own file accepts, and nothing else.
 *
 * Input: odd (1 octet), then a file; or even, a setting (1 octet) and a value.
 */
#include "fuzz.h"
#include "quiet.h"
#include "module.h"
#include "../../userspace-ctl/conf.c"

static int read_text(struct conf *conf, const void *text, size_t size)
{
	FILE *in = fmemopen((void *)text, size, "r");
	int ret;

	MUST(in);
	fuzz_calls++;
	memset(conf, 0, sizeof(*conf));
	conf->path = "input";
	ret = read_lines(conf, in);
	fclose(in);
	return ret;
}

static bool module_accepts(const struct setting *s, const char *value)
{
	return module_store(s->name, value);
}

static void file(const uint8_t *data, size_t size)
{
	struct conf conf, again;
	char *text = NULL;
	size_t len;
	FILE *out;
	int i;

	if (!size || read_text(&conf, data, size))
		return;
	out = open_memstream(&text, &len);
	for (i = 0; settings[i].name; i++) {
		if (!conf.line[i])
			continue;
		MUST(module_accepts(&settings[i], conf.text[i]));
		fprintf(out, "\t%s =%s # so\r\n", settings[i].name, conf.text[i]);
	}
	fclose(out);
	if (len) {
		MUST(!read_text(&again, text, len));
		for (i = 0; settings[i].name; i++)
			MUST(!strcmp(conf.text[i], again.text[i]) &&
			     !conf.line[i] == !again.line[i]);
	}
	free(text);
}

static void value(const uint8_t *data, size_t size)
{
	const struct setting *s = &settings[data[0] % TTLPIN_A_CONFIG_MAX];
	char text[256] = "";
	const char *trimmed;

	if (!s->name)
		return;
	if (--size >= sizeof(text))
		size = sizeof(text) - 1;
	memcpy(text, data + 1, size);
	trimmed = trim(text);
	fuzz_calls++;
	MUST(accepts(s, trimmed) == module_accepts(s, trimmed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (data[0] & 1)
		file(data + 1, size - 1);
	else
		value(data + 1, size - 1);
	return 0;
}
