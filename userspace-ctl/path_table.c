// SPDX-License-Identifier: GPL-2.0
/*
 * The tables that traceroute, tcptraceroute, tracepath, mtr --report and tracert
 * print, in any language: a line begins with the hop's number, and whatever in it
 * reads as an address is who answered.
 *
 *	 5  gw.example (192.0.2.1)  0.722 ms  0.699 ms 192.0.2.5 [AS64496]  1.2 ms !H
 *	    192.0.2.9  0.8 ms				(BSD: one more of hop 5)
 *	 5    <1 ms     1 ms     *     gw.example [192.0.2.1]		(tracert)
 *	 5.|-- 192.0.2.1       0.0%    10    0.5   0.5   0.4   0.6   0.1	(mtr)
 *	 5:  192.0.2.1					0.722ms		(tracepath)
 */
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include "path.h"

#define BLANKS		" \t\r"

/**
 * struct table - where in the text we are
 * @path: what is read
 * @before: the table before it
 * @wanted: stop at the end of a table that has it, or NULL
 * @hop: of the last line, 0 outside a table
 * @heading: address in the last line that is no hop
 * @best: column of mtr's least round trip, from 0 behind the name
 * @done: a table with @wanted is complete
 */
struct table {
	struct path *path;
	struct path before;
	const char *wanted;
	int hop;
	char heading[INET6_ADDRSTRLEN];
	int best;
	bool done;
};

/**
 * struct line - what a line has told so far
 * @hop: of which hop
 * @router: the last that was named
 * @name: a word that may be the name of the next
 * @number: the last number, a round trip if "ms" follows
 * @rtt: least round trip that came before any router (tracert)
 * @asn: system that came before any router (mtr)
 * @silent: somebody did not answer
 * @columns: numbers behind the name (mtr)
 */
struct line {
	struct path_hop hop;
	struct path_router *router;
	char name[PATH_NAME];
	double number;
	double rtt;
	uint32_t asn;
	bool silent;
	int columns;
};

/* The number that begins a hop's line; @text is moved behind it, to mtr's dot. */
static int hop_number(char **text)
{
	char *at = *text + strspn(*text, BLANKS), *end;
	long hop = strtol(at, &end, 10);

	if (end == at || end - at > 3 || *at == '-' || *at == '+' || hop < 1 ||
	    hop > PATH_HOPS)
		return 0;
	if (*end == '?' && end[1] == ':')
		end++;
	if (*end == ':' || *end == ')')
		end++;
	if (*end && !strchr(BLANKS "|", end[*end == '.']))
		return 0;
	*text = end;
	return hop;
}

/* A word without the brackets and punctuation around it. */
static char *bare(char *word)
{
	size_t len;

	word += strspn(word, "([");
	for (len = strlen(word); len && strchr(")],;:", word[len - 1]); len--)
		word[len - 1] = 0;
	return word;
}

static bool is_unit(const char *word)
{
	return !strcmp(word, "ms") || !strcmp(word, "мс") || !strcmp(word, "毫秒");
}

static double milliseconds(const char *word, char **end)
{
	return strtod(word + (*word == '<'), end);
}

static void keep_rtt(struct line *line, double ms)
{
	if (line->router)
		path_rtt(line->router, ms);
	else if (line->rtt < 0 || (ms >= 0 && ms < line->rtt))
		line->rtt = ms;
}

static void named(struct line *line, struct path_router *router, bool bracketed)
{
	if (!router)
		return;
	if (bracketed && *line->name && !*router->name)
		snprintf(router->name, sizeof(router->name), "%s", line->name);
	if (line->asn && !router->asn)
		router->asn = line->asn;
	path_rtt(router, line->rtt);
	line->router = router;
	line->name[0] = 0;
	line->asn = 0;
	line->rtt = -1;
}

static bool read_asn(struct line *line, const char *word)
{
	unsigned long asn;

	if (strncmp(word, "AS", 2) || word[2] < '0' || word[2] > '9')
		return false;
	asn = strtoul(word + 2, NULL, 10);
	if (line->router)
		line->router->asn = asn;
	else
		line->asn = asn;
	return true;
}

static void read_word(const struct table *t, struct line *line, char *word)
{
	bool bracketed = *word == '(' || *word == '[';
	char addr[INET6_ADDRSTRLEN], *plain, *end;
	double ms;

	if (!strcmp(word, "*") || !strcmp(word, "???")) {
		line->silent = true;
		return;
	}
	if (*word == '!') {
		snprintf(line->hop.mark, sizeof(line->hop.mark), "%s", word);
		return;
	}
	plain = bare(word);
	if (path_address(plain, addr)) {
		named(line, path_hop_add(&line->hop, addr), bracketed);
		return;
	}
	if (is_unit(plain)) {
		keep_rtt(line, line->number);
		line->number = -1;
		return;
	}
	if (read_asn(line, plain))
		return;
	ms = milliseconds(plain, &end);
	if (end != plain && (!*end || !strcmp(end, "%"))) {
		if (line->columns++ == t->best && line->router)
			path_rtt(line->router, ms);
		line->number = ms;
	} else if (end != plain && !strcmp(end, "ms")) {
		keep_rtt(line, ms);
	} else if (!bracketed && *plain != '<') {
		snprintf(line->name, sizeof(line->name), "%s", plain);
	}
}

/*
 * mtr without addresses: the word behind its dot or bar, and behind the system's
 * number if there is one, is a name.
 */
static void read_mtr_name(struct line *line, char **text)
{
	char *bar = strstr(*text, "|--"), word[PATH_NAME];
	char addr[INET6_ADDRSTRLEN];
	size_t len;

	if (!bar && **text != '.')
		return;
	*text = bar ? bar + 3 : *text + 1;
	do {
		*text += strspn(*text, BLANKS);
		len = strcspn(*text, BLANKS);
		if (!len || len >= sizeof(word) || **text == '?')
			return;
		snprintf(word, len + 1, "%s", *text);
		if (path_address(word, addr))
			return;
		if (strncmp(*text + len, " (", 2) == 0)
			return;
		*text += len;
	} while (read_asn(line, word) || !strcmp(word, "AS???"));
	memcpy(line->name, word, sizeof(word));
	named(line, path_hop_add(&line->hop, ""), true);
}

/* What stands behind a hop's number; true if it tells of the hop. */
static bool read_hop(const struct table *t, struct line *line, char *text)
{
	char *word;

	*line = (struct line){ .rtt = -1, .number = -1 };
	read_mtr_name(line, &text);
	while ((word = strsep(&text, BLANKS)))
		if (*word)
			read_word(t, line, word);
	line->silent |= !strcmp(line->name, "reply");	/* "no reply" */
	return line->hop.nr || line->silent;
}

static void take_hop(struct path *path, int nr, const struct path_hop *hop)
{
	struct path_router *router;
	int i;

	path_list(path, nr);
	if (*hop->mark)
		memcpy(path->hops[nr].mark, hop->mark, sizeof(hop->mark));
	for (i = 0; i < hop->nr; i++) {
		router = path_add(path, nr, hop->routers[i].addr);
		if (!router)
			return;
		path_rtt(router, hop->routers[i].rtt);
		if (!*router->name)
			memcpy(router->name, hop->routers[i].name, PATH_NAME);
		if (!router->asn)
			router->asn = hop->routers[i].asn;
	}
}

/* Where mtr's heading has its least round trip. */
static int best_column(char *text)
{
	int column = -2;
	char *word;

	while ((word = strsep(&text, BLANKS))) {
		if (!strcmp(word, "Best"))
			return column;
		column += !!*word;
	}
	return -1;
}

/* A heading, which no program indents, or anything else. Its first address may be
 * the target.
 */
static void read_other(struct table *t, char *text)
{
	char addr[INET6_ADDRSTRLEN], *word;

	t->hop = 0;
	if (strchr(BLANKS, *text))
		return;
	if (!strncmp(text, "HOST:", 5)) {
		t->best = best_column(text);
		return;
	}
	while ((word = strsep(&text, BLANKS))) {
		if (path_address(bare(word), addr)) {
			memcpy(t->heading, addr, sizeof(addr));
			return;
		}
	}
}

static int count_hops(const struct path *path)
{
	int hop, n = 0;

	for (hop = 1; hop <= path->last; hop++)
		n += path->hops[hop].listed;
	return n;
}

/* A line out of a table's order begins another; one line makes no table. */
static void begin_table(struct table *t)
{
	if (t->wanted && (path_find(t->path, t->wanted) ||
			  !strcmp(t->path->target, t->wanted))) {
		t->done = true;
		return;
	}
	if (count_hops(t->path) > 1)
		t->before = *t->path;
	memset(t->path, 0, sizeof(*t->path));
	memcpy(t->path->target, t->heading, sizeof(t->heading));
	t->heading[0] = 0;
}

/* A BSD traceroute tells a hop's further routers on lines without a number. */
static bool is_more_of_hop(const struct table *t, const char *line)
{
	char addr[INET6_ADDRSTRLEN], *copy, *word;
	bool more = false;

	if (!t->hop || !strchr(BLANKS, *line))
		return false;
	if (strstr(line, "|-- "))
		return true;
	copy = strdup(line);
	word = copy ? strtok(copy, BLANKS) : NULL;
	if (word && !path_address(bare(word), addr))
		word = strtok(NULL, BLANKS);
	if (word)
		more = path_address(bare(word), addr);
	free(copy);
	return more;
}

static void read_line(struct table *t, char *text)
{
	bool more = is_more_of_hop(t, text);
	struct line line;
	int hop = hop_number(&text);

	if (!hop && more && read_hop(t, &line, text)) {
		take_hop(t->path, t->hop, &line.hop);
	} else if (hop && read_hop(t, &line, text)) {
		if (!t->path->last || hop < t->path->last)
			begin_table(t);
		if (t->done)
			return;
		t->hop = hop;
		take_hop(t->path, hop, &line.hop);
	} else if (!hop) {
		read_other(t, text);
	} else {
		t->hop = 0;
	}
}

/**
 * path_read_table - read a table of lines
 * @path: filled
 * @text: is cut into pieces
 * @wanted: as for path_parse()
 */
void path_read_table(struct path *path, char *text, const char *wanted)
{
	struct table *t = calloc(1, sizeof(*t));
	char *line;

	if (!t)
		return;
	t->path = path;
	t->wanted = wanted;
	t->best = -1;
	while (!t->done && (line = strsep(&text, "\n")))
		read_line(t, line);
	if (count_hops(path) < 2 && t->before.last)
		*path = t->before;
	free(t);
}
