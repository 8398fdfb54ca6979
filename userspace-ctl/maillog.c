// SPDX-License-Identifier: GPL-2.0
/*
 * Bounces in a mail log, and which segments they go back to: those from the same
 * address, shortly before, with the same words.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "clock.h"
#include "maillog.h"
#include "maillog_line.h"
#include "out.h"
#include "stream.h"
#include "words.h"

#define LINE		4096
#define BOUNCES_MAX	1000000
/* Bounces that are told one by one. */
#define TOLD_MAX	1000
#define SECOND		1000000000ll

enum found { NOWHERE, GENUINE, FORGED };

/**
 * struct bounce - a line that tells of one, for one of its addresses
 * @line: its number
 * @place: which address of the line it is
 * @time_ns: when it was written
 * @addr: the peer's address
 * @family: 4 or 6
 * @reset: the connection broke
 * @found: what it goes back to
 * @packet: its number; with FORGED or GENUINE
 * @text: the peer's words
 */
struct bounce {
	uint64_t line;
	uint64_t time_ns;
	uint8_t addr[16];
	uint8_t family;
	uint8_t place;
	bool reset;
	uint8_t found;
	uint32_t packet;
	char *text;
};

/**
 * struct maillog - a log
 * @name: as it was given
 * @lines: how many it has
 * @bounce: its bounces; by address and time once it was read
 * @nr: how many
 * @room: places allocated
 * @full: there were more
 */
struct maillog {
	const char *name;
	uint64_t lines;
	struct bounce *bounce;
	size_t nr;
	size_t room;
	bool full;
};

static int compare(const void *a, const void *b)
{
	const struct bounce *x = a, *y = b;
	int order = x->family - y->family;

	if (!order)
		order = memcmp(x->addr, y->addr, sizeof(x->addr));
	if (order)
		return order;
	return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static bool make_room(struct maillog *m)
{
	struct bounce *more;

	if (m->nr < m->room)
		return true;
	if (m->nr >= BOUNCES_MAX)
		return false;
	m->room = m->room ? 2 * m->room : 64;
	more = realloc(m->bounce, m->room * sizeof(*more));
	if (!more) {
		m->room = m->nr;
		return false;
	}
	m->bounce = more;
	return true;
}

/* What a line goes back to first, then its addresses as they stand there. */
static int compare_lines(const void *a, const void *b)
{
	const struct bounce *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->found != y->found ? y->found - x->found : x->place - y->place;
}

static bool is_repeated(const struct maillog_line *line, int i)
{
	int j;

	for (j = 0; j < i; j++)
		if (line->family[j] == line->family[i] &&
		    !memcmp(line->addr[j], line->addr[i], 16))
			return true;
	return false;
}

static void add(struct maillog *m, const struct maillog_line *line)
{
	int i;

	for (i = 0; i < line->nr_addrs; i++) {
		struct bounce *b;

		if (is_repeated(line, i))
			continue;
		if (!make_room(m)) {
			m->full = true;
			return;
		}
		b = &m->bounce[m->nr++];
		*b = (struct bounce){ .line = m->lines, .time_ns = line->time_ns,
				      .family = line->family[i], .place = i,
				      .reset = line->reset,
				      .text = strdup(line->text) };
		memcpy(b->addr, line->addr[i], sizeof(b->addr));
	}
}

/**
 * maillog_read - read a log
 * @path: the file, also compressed; "-" for standard input
 * @why: filled with what was wrong, MAILLOG_WHY octets
 *
 * Return: the log, or NULL.
 */
struct maillog *maillog_read(const char *path, char *why)
{
	struct stream *s = stream_open(path, why);
	struct maillog *m = calloc(1, sizeof(*m));
	struct maillog_line line;
	char text[LINE];
	FILE *in;

	in = s ? stream_file(s) : NULL;
	if (!m || !in) {
		if (s) {
			snprintf(why, MAILLOG_WHY, "out of memory");
			stream_close(s);
		}
		free(m);
		return NULL;
	}
	m->name = path;
	clock_assume(stream_modified(s));
	while (stream_line(in, text, sizeof(text))) {
		m->lines++;
		if (maillog_line_read(text, &line))
			add(m, &line);
	}
	fclose(in);
	if (stream_failure(s)) {
		snprintf(why, MAILLOG_WHY, "%s", stream_failure(s));
		maillog_free(m);
		m = NULL;
	} else if (m->nr) {
		qsort(m->bounce, m->nr, sizeof(*m->bounce), compare);
	}
	stream_close(s);
	return m;
}

/*
 * Whether the peer's words in a log are those of a segment: the line with which it
 * begins, and of that the code at least.
 */
static bool same_words(const char *text, const uint8_t *payload, size_t len)
{
	size_t i;

	for (; len && (*payload == '\r' || *payload == '\n'); len--)
		payload++;
	for (i = 0; i < len && text[i]; i++) {
		if (payload[i] == '\r' || payload[i] == '\n')
			return i >= 3;
		if (tolower((unsigned char)text[i]) != tolower(payload[i]) &&
		    (text[i] != ' ' || payload[i] != '_'))
			return false;
	}
	return i >= 4;
}

/* Where an address's bounces begin that are no older than @key. */
static size_t search(const struct maillog *m, const struct bounce *key)
{
	size_t low = 0, high = m->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(&m->bounce[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Marks the bounces that go back to a segment: a mail to several recipients, or
 * with a log in two places, has several. Returns the nearest, or NULL.
 */
static struct bounce *mark(struct maillog *m, const struct ttlpin_tuple *flow,
			   const struct story_segment *s, const uint8_t *payload,
			   size_t len, enum found found)
{
	struct bounce key = { .time_ns = s->time_ns - MAILLOG_BEFORE * SECOND,
			      .family = flow->family }, *nearest = NULL, *b;
	int64_t best = INT64_MAX;

	memcpy(key.addr, flow->remote, sizeof(key.addr));
	for (b = m->bounce + search(m, &key); b < m->bounce + m->nr; b++) {
		int64_t late = b->time_ns - s->time_ns;

		if (b->family != key.family || memcmp(b->addr, key.addr, 16) ||
		    late > MAILLOG_AFTER * SECOND)
			break;
		if (b->reset != !payload ||
		    (payload && !same_words(b->text ?: "", payload, len)))
			continue;
		if (b->found < found) {
			b->found = found;
			b->packet = s->number;
		}
		if (llabs(late) < best) {
			best = llabs(late);
			nearest = b;
		}
	}
	return nearest;
}

static json_t *line_of(const struct bounce *b)
{
	return json_pack("{s:I,s:o,s:o}", "line", (json_int_t)b->line, "time",
			 words_time(b->time_ns), "text", out_string(b->text ?: ""));
}

/**
 * maillog_forged - the bounce that a dropped segment caused where nobody dropped it
 * @m: the log
 * @flow: the segment's flow
 * @drop: the segment
 *
 * Return: line, time and text of it, or null.
 */
json_t *maillog_forged(struct maillog *m, const struct ttlpin_tuple *flow,
		       const struct story_drop *drop)
{
	bool reset = drop->kind == TTLPIN_KIND_RST || drop->kind == TTLPIN_KIND_FIN;
	struct bounce *b;

	if (drop->healed || (!reset && (drop->kind != TTLPIN_KIND_DATA ||
					!drop->payload)))
		return json_null();
	b = mark(m, flow, &drop->segment, reset ? NULL : drop->payload,
		 drop->payload_len, FORGED);
	return b ? line_of(b) : json_null();
}

/**
 * maillog_genuine - a refusal that passed
 * @m: the log
 * @flow: its flow
 * @refusal: the segment
 */
void maillog_genuine(struct maillog *m, const struct ttlpin_tuple *flow,
		     const struct story_segment *refusal)
{
	mark(m, flow, refusal, refusal->snippet, refusal->snippet_len, GENUINE);
}

/**
 * maillog_tree - the log's bounces and what they go back to
 * @m: the log, after all flows were told
 *
 * A line is one bounce, whichever of its addresses explains it.
 */
json_t *maillog_tree(struct maillog *m)
{
	static const char *const words[] = { NULL, "genuine", "forged" };
	json_t *list = json_array();
	size_t counts[3] = { 0 }, i;

	if (m->nr)
		qsort(m->bounce, m->nr, sizeof(*m->bounce), compare_lines);
	for (i = 0; i < m->nr; i++) {
		const struct bounce *b = &m->bounce[i];
		json_t *o;

		if (i && b->line == b[-1].line)
			continue;
		counts[b->found]++;
		if (json_array_size(list) == TOLD_MAX)
			continue;
		o = line_of(b);
		json_object_set_new(o, "addr", words_address(b->family, b->addr));
		json_object_set_new(o, "found", b->found ?
				    json_string(words[b->found]) : json_null());
		json_object_set_new(o, "packet", b->found ?
				    json_integer(b->packet) : json_null());
		json_array_append_new(list, o);
	}
	return json_pack("{s:o,s:I,s:I,s:I,s:I,s:b,s:o}", "name", out_string(m->name),
			 "lines", (json_int_t)m->lines,
			 "forged", (json_int_t)counts[FORGED],
			 "genuine", (json_int_t)counts[GENUINE],
			 "unexplained", (json_int_t)counts[NOWHERE],
			 "more", m->full, "bounces", list);
}

void maillog_free(struct maillog *m)
{
	size_t i;

	for (i = 0; i < m->nr; i++)
		free(m->bounce[i].text);
	free(m->bounce);
	free(m);
}
