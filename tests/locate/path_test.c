// SPDX-License-Identifier: GPL-2.0
/*
 * What each program's output is read as: NAME.txt as NAME.path tells, which has the
 * target in its first line, then "HOP ADDRESS/NAME/AS/MS" for each who answered, and
 * "HOP *" where nobody did.
 */
#include <stdlib.h>
#include <string.h>
#include "path.h"
#include "tap.h"

static char *load(const char *name, size_t *len)
{
	FILE *in = fopen(name, "r");
	char *text = calloc(1, 65536);

	*len = in ? fread(text, 1, 65535, in) : 0;
	EXPECT(in && *len);
	if (in)
		fclose(in);
	return text;
}

static char *told(const struct path *path)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int hop, i;

	fputs(path->target, out);
	for (hop = 1; hop <= path->last; hop++) {
		const struct path_hop *h = &path->hops[hop];

		if (h->listed && !h->nr)
			fprintf(out, "\n%d *", hop);
		for (i = 0; i < h->nr; i++) {
			fprintf(out, "\n%d %s/%s/%u/", hop, h->routers[i].addr,
				h->routers[i].name, h->routers[i].asn);
			if (h->routers[i].rtt >= 0)
				fprintf(out, "%g", h->routers[i].rtt);
		}
		if (*h->mark)
			fprintf(out, " %s", h->mark);
	}
	fclose(out);
	return text;
}

static void expect_text(const char *text, size_t len, const char *wanted,
			const char *expected)
{
	char why[PATH_WHY] = "", *got;
	struct path *path = path_parse(text, len, wanted, why);

	got = path ? told(path) : strdup(why);
	if (strcmp(got, expected))
		printf("# expected %s\n# got      %s\n", expected, got);
	EXPECT(!strcmp(got, expected));
	free(got);
	free(path);
}

static void expect_file(const char *name)
{
	char path[64], *text, *expected;
	size_t len, size;

	snprintf(path, sizeof(path), "formats/%s.txt", name);
	text = load(path, &len);
	snprintf(path, sizeof(path), "formats/%s.path", name);
	expected = load(path, &size);
	expected[size ? size - 1 : 0] = 0;
	expect_text(text, len, NULL, expected);
	free(expected);
	free(text);
}

static void traceroute(void)
{
	expect_file("traceroute");
}

static void bsd_traceroute(void)
{
	expect_file("bsd");
}

static void tcptraceroute(void)
{
	expect_file("tcptraceroute");
}

static void tracepath(void)
{
	expect_file("tracepath");
}

static void mtr_report(void)
{
	expect_file("mtr");
}

static void mtr_report_with_systems(void)
{
	expect_file("mtr-systems");
}

static void mtr_json(void)
{
	expect_file("mtr-json");
}

static void mtr_raw(void)
{
	expect_file("mtr-raw");
}

static void mtr_csv(void)
{
	expect_file("mtr-csv");
}

static void tracert(void)
{
	expect_file("tracert");
}

/* As PowerShell keeps it. */
static void tracert_utf16(void)
{
	size_t len, size, i;
	char *text = load("formats/tracert.txt", &len), *wide = calloc(2, len + 1);
	char *expected = load("formats/tracert.path", &size);

	memcpy(wide, "\xff\xfe", 2);
	for (i = 0; i < len; i++)
		wide[2 + 2 * i] = text[i];
	expected[size ? size - 1 : 0] = 0;
	expect_text(wide, 2 + 2 * len, NULL, expected);
	free(expected);
	free(wide);
	free(text);
}

static void ipv6_in_chinese(void)
{
	expect_file("ipv6");
}

/* Two tables among dumps whose lines begin with numbers, too; the last counts. */
static void article(void)
{
	expect_file("article");
}

static void several_tables(void)
{
	static const char text[] =
		"traceroute to 203.0.113.1 (203.0.113.1), 30 hops max\n"
		" 1  192.0.2.1  1 ms\n 2  203.0.113.1  2 ms\n"
		"traceroute to 203.0.113.2 (203.0.113.2), 30 hops max\n"
		" 1  192.0.2.1  1 ms\n 2  * * *\n"
		"traceroute to 203.0.113.3 (203.0.113.3), 30 hops max\n"
		" 1  192.0.2.1  1 ms\n 2  203.0.113.3  2 ms\n";
	static const char first[] = "203.0.113.1\n1 192.0.2.1//0/1\n2 203.0.113.1//0/2";
	static const char second[] = "203.0.113.2\n1 192.0.2.1//0/1\n2 *";
	static const char last[] = "203.0.113.3\n1 192.0.2.1//0/1\n2 203.0.113.3//0/2";

	expect_text(text, strlen(text), "203.0.113.1", first);
	expect_text(text, strlen(text), "203.0.113.2", second);
	expect_text(text, strlen(text), "203.0.113.3", last);
	expect_text(text, strlen(text), "203.0.113.4", last);
	expect_text(text, strlen(text), NULL, last);
}

static void bounds(void)
{
	static const char edges[] = " 0  192.0.2.1 1 ms\n255  192.0.2.2 1 ms\n"
		"256  192.0.2.3 1 ms\n-1 192.0.2.4 1 ms\n";
	char crowd[2048] = " 1 ", *at = crowd + strlen(crowd);
	char why[PATH_WHY];
	struct path *path;
	int i;

	expect_text(edges, strlen(edges), NULL, "\n255 192.0.2.2//0/1");
	for (i = 1; i < 30; i++)
		at += sprintf(at, "192.0.2.%d 1 ms ", i);
	path = path_parse(crowd, strlen(crowd), NULL, why);
	EXPECT(path && path->hops[1].nr == PATH_ROUTERS);
	free(path);
}

static void no_table(void)
{
	static const char * const texts[] = {
		"", "\n\n", "{", "{}", "{\"report\": 5}", "{\"report\":{\"hubs\":[{\"count\":1}]",
		"h 0 ", "MTR.", "\xff\xfe", "1", "1.|--", " 1 ",
		"traceroute: 203.0.113.25: Operation not permitted\n",
		"30 hops at most\n",
	};
	char why[PATH_WHY];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		why[0] = 0;
		EXPECT(!path_parse(texts[i], strlen(texts[i]), NULL, why));
		EXPECT(strstr(why, "no hop found; accepted is"));
	}
}

/* The real article, where it is at hand. */
static void the_incident(void)
{
	char why[PATH_WHY], *text = calloc(1, 65536);
	FILE *in = fopen("../../../shared/incident.txt", "r");
	struct path *path;
	size_t len;

	if (in) {
		len = fread(text, 1, 65535, in);
		fclose(in);
		path = path_parse(text, len, NULL, why);
		EXPECT(path && !strcmp(path->target, "203.131.198.80"));
		EXPECT(path && path->last == 15 && path_find(path, "203.131.198.80") == 15);
		EXPECT(path && path_find(path, "202.147.16.125") == 7);
		free(path);
	} else {
		puts("# ../shared/incident.txt is not at hand");
	}
	free(text);
}

int main(void)
{
	TEST(traceroute);
	TEST(bsd_traceroute);
	TEST(tcptraceroute);
	TEST(tracepath);
	TEST(mtr_report);
	TEST(mtr_report_with_systems);
	TEST(mtr_json);
	TEST(mtr_raw);
	TEST(mtr_csv);
	TEST(tracert);
	TEST(tracert_utf16);
	TEST(ipv6_in_chinese);
	TEST(article);
	TEST(several_tables);
	TEST(bounds);
	TEST(no_table);
	TEST(the_incident);
	return tap_end();
}
