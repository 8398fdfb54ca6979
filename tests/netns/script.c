// SPDX-License-Identifier: GPL-2.0
/*
 * Reads scripts, see script.h.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "script.h"

static int refuse(struct script *s, const char *what, const char *word)
{
	snprintf(s->error, sizeof(s->error), "line %d: %s: '%s'", s->line, what,
		 word);
	return -1;
}

static bool number(const char *text, unsigned long max, unsigned long *value)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	*value = strtoul(text, &end, 0);
	return !*end && *value <= max;
}

/* Cuts the next word off *@rest; a quoted part may hold blanks. */
static char *next_word(char **rest)
{
	char *p = *rest, *word;
	bool quoted = false;

	while (isspace((unsigned char)*p))
		p++;
	if (!*p || *p == '#')
		return NULL;
	for (word = p; *p && (quoted || !isspace((unsigned char)*p)); p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '"')
			quoted = !quoted;
	}
	if (*p)
		*p++ = 0;
	*rest = p;
	return word;
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (tolower(c) - 'a') + 10;
}

/* Text in quotes, with \r, \n, \t, \", \\ and \xNN. */
static bool payload_text(const char *text, struct script_step *step)
{
	const char *p = text + 1;
	int n = 0;

	while (*p && *p != '"' && n < SCRIPT_PAYLOAD_MAX) {
		char c = *p++;

		if (c == '\\' && *p) {
			c = *p++;
			if (c == 'r') {
				c = '\r';
			} else if (c == 'n') {
				c = '\n';
			} else if (c == 't') {
				c = '\t';
			} else if (c == 'x' && isxdigit((unsigned char)p[0]) &&
				 isxdigit((unsigned char)p[1])) {
				c = hex(p[0]) << 4 | hex(p[1]);
				p += 2;
			}
		}
		step->payload[n++] = c;
	}
	step->payload_len = n;
	return p[0] == '"' && !p[1];
}

/* SEQ, SEQ:LEN or SEQ:"text". */
static bool sequence(char *word, struct script_step *step)
{
	char *colon = strchr(word, ':');
	unsigned long value;
	int i;

	if (colon)
		*colon++ = 0;
	if (!number(word, UINT32_MAX, &value))
		return false;
	step->seq = value;
	if (!colon)
		return true;
	if (*colon == '"')
		return payload_text(colon, step);
	if (!number(colon, SCRIPT_PAYLOAD_MAX, &value))
		return false;
	step->payload_len = value;
	for (i = 0; i < step->payload_len; i++)
		step->payload[i] = 'a' + (step->seq + i) % 26;
	return true;
}

static bool tcp_flags(const char *word, struct script_step *step)
{
	static const char letters[] = "FSRP.U";
	const char *at;

	for (; *word; word++) {
		at = strchr(letters, *word);
		if (!at)
			return false;
		step->flags |= 1 << (at - letters);
	}
	return true;
}

static bool extensions(char *text, struct script_step *step)
{
	static const char *const names[] = { "hop", "dst", "rt", "frag", "part" };
	char *part;
	int i;

	while ((part = strsep(&text, ","))) {
		for (i = 0; i < SCRIPT_EXT_KINDS && strcmp(part, names[i]); i++)
			;
		if (i == SCRIPT_EXT_KINDS || step->nr_ext == SCRIPT_EXT_MAX)
			return false;
		step->ext[step->nr_ext++] = i;
	}
	return true;
}

static bool field(char *word, struct script_step *step)
{
	char *value = strchr(word, '=');
	unsigned long n = 0, m = 0;
	char *comma;

	if (!strcmp(word, "nodf")) {
		step->df = false;
		return true;
	}
	if (!value)
		return false;
	*value++ = 0;
	if (!strcmp(word, "ext"))
		return extensions(value, step);
	if (!strcmp(word, "ts")) {
		comma = strchr(value, ',');
		if (!comma)
			return false;
		*comma++ = 0;
		if (!number(value, UINT32_MAX, &n) || !number(comma, UINT32_MAX, &m))
			return false;
		step->has_ts = true;
		step->tsval = n;
		step->tsecr = m;
		return true;
	}
	if (!number(value, UINT32_MAX, &n))
		return false;
	if (!strcmp(word, "ack"))
		step->ack = n;
	else if (!strcmp(word, "ttl") && n <= 255)
		step->ttl = n;
	else if (!strcmp(word, "win") && n <= 65535)
		step->window = n;
	else if (!strcmp(word, "ipid") && n <= 65535)
		step->ip_id = n;
	else if (!strcmp(word, "doff") && n <= 15)
		step->doff = n;
	else if (!strcmp(word, "len") && n <= 65535)
		step->ip_len = n;
	else if (!strcmp(word, "frag") && n >= 8 && n <= 1480)
		step->frag = n;
	else
		return false;
	return true;
}

static int segment(struct script *s, char *rest, struct script_step *step)
{
	char *word = next_word(&rest);

	step->kind = SCRIPT_SEGMENT;
	step->flow = s->flow;
	step->ttl = 64;
	step->window = 5792;
	step->ip_id = 4711;
	step->df = true;
	step->doff = -1;
	step->ip_len = -1;
	if (!word || !tcp_flags(word, step))
		return refuse(s, "flags are letters of FSRP.U", word ? word : "");
	word = next_word(&rest);
	if (!word || !sequence(word, step))
		return refuse(s, "SEQ, SEQ:LEN or SEQ:\"text\" is wanted",
			      word ? word : "");
	while ((word = next_word(&rest))) {
		if (!strcmp(word, "->")) {
			word = next_word(&rest);
			if (!word || (strcmp(word, "drop") && strcmp(word, "pass")))
				return refuse(s, "-> pass or -> drop is wanted",
					      word ? word : "");
			step->expect_drop = !strcmp(word, "drop");
		} else if (!field(word, step)) {
			return refuse(s, "unknown field or bad value", word);
		}
	}
	return 1;
}

static int set(struct script *s, char *rest)
{
	char *name = next_word(&rest), *value = next_word(&rest);
	unsigned long n;

	if (!name || !value)
		return refuse(s, "set NAME VALUE is wanted", name ? name : "");
	if (!strcmp(name, "family") && (!strcmp(value, "4") || !strcmp(value, "6")))
		s->family = *value - '0';
	else if (!strcmp(name, "port") && number(value, 65535, &n))
		s->port = n;
	else if (!strcmp(name, "server") && !strcmp(value, "1"))
		s->server = true;
	else if (!strcmp(name, "nat") && strlen(value) < sizeof(s->nat))
		strcpy(s->nat, value);
	else
		return refuse(s, "family 4 or 6, port N, server 1 and nat ADDRESS can be set",
			      name);
	return 0;
}

static int choose_flow(struct script *s, char *rest)
{
	const char *name = next_word(&rest);

	if (!name || strlen(name) >= sizeof(s->flows[0]))
		return refuse(s, "a short name is wanted", name ? name : "");
	for (s->flow = 0; s->flow < s->nr_flows; s->flow++)
		if (!strcmp(s->flows[s->flow], name))
			return 0;
	if (s->nr_flows == SCRIPT_FLOWS_MAX)
		return refuse(s, "too many flows", name);
	strcpy(s->flows[s->nr_flows++], name);
	return 0;
}

static int pause_for(struct script *s, const char *text,
		     struct script_step *step)
{
	unsigned long n;
	char *end;

	n = strtoul(text, &end, 10);
	if (end == text || n > 600000 || (strcmp(end, "ms") && strcmp(end, "s")))
		return refuse(s, "a time such as +250ms or +2s is wanted", text);
	step->kind = SCRIPT_WAIT;
	step->wait_ms = strcmp(end, "s") ? n : n * 1000;
	return 1;
}

/**
 * script_open - begin to read a script
 * @s: filled
 * @in: where it comes from
 */
void script_open(struct script *s, FILE *in)
{
	memset(s, 0, sizeof(*s));
	s->in = in;
	s->family = 4;
	s->port = 25;
	strcpy(s->flows[0], "a");
	s->nr_flows = 1;
}

/**
 * script_next - read a step
 * @s: the script
 * @step: filled
 *
 * Return: 0, or -1 with @s->error set.
 */
int script_next(struct script *s, struct script_step *step)
{
	static char line[4 * SCRIPT_PAYLOAD_MAX];
	char *rest, *word;
	int ret = 0;

	memset(step, 0, sizeof(*step));
	while (!ret && fgets(line, sizeof(line), s->in)) {
		s->line++;
		step->line = s->line;
		rest = line;
		word = next_word(&rest);
		if (!word)
			continue;
		if (!strcmp(word, ">") || !strcmp(word, "<")) {
			step->outbound = *word == '>';
			ret = segment(s, rest, step);
		} else if (*word == '+') {
			ret = pause_for(s, word + 1, step);
		} else if (!strcmp(word, "set")) {
			ret = set(s, rest);
		} else if (!strcmp(word, "flow")) {
			ret = choose_flow(s, rest);
		} else {
			ret = refuse(s, "a line begins with >, <, +, set or flow",
				     word);
		}
	}
	return ret < 0 ? -1 : 0;
}
