// SPDX-License-Identifier: GPL-2.0
/*
 * A line of a mail log, as Postfix, qmail, sendmail and Exim write it:
 *
 *	postfix/smtp[7]: 4X: to=<b@c>, relay=mx[203.0.113.25]:25, status=bounced
 *		(host mx[203.0.113.25] said: 500 error (in reply to RCPT TO command))
 *	qmail: 1159253183.972578 delivery 118310: failure:
 *		203.0.113.25_does_not_like_recipient./Remote_host_said:_500_error/
 *	sendmail[7]: k8: to=<b@c>, relay=mx. [203.0.113.25], stat=500 error
 *	1abc-DE ** b@c R=dns T=smtp H=mx [203.0.113.25]: SMTP error from remote mail
 *		server after RCPT TO:<b@c>: 500 error
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "clock.h"
#include "maillog_line.h"

#define ADDRESS	"0123456789abcdefABCDEF.:"

/* What stands before the peer's words. */
static const char *const before_words[] = {
	"said:", "stat=", "SMTP error from remote", "refused", "failure:",
	"deferral:",
};

/* What is written where a connection broke. */
static const char *const broken[] = {
	"lost connection with", "Connection reset by peer",
	"connection died", "Connection_died", "connection_died",
	"reset by peer", "connection closed by", "Remote host closed connection",
};

/* qmail's own clock: seconds since 1970 with a fraction, or TAI64N. */
static bool read_qmail_time(const char *text, uint64_t *ns)
{
	const char *at = strstr(text, "qmail");
	unsigned long long seconds, fraction;
	char *end;

	if (*text == '@' && strspn(text + 1, "0123456789abcdef") == 24) {
		char half[17];

		memcpy(half, text + 1, 16);
		half[16] = 0;
		/* TAI was 10 s ahead when its label began to be used so. */
		seconds = strtoull(half, NULL, 16) - (1ull << 62) - 10;
		memcpy(half, text + 17, 8);
		half[8] = 0;
		*ns = seconds * 1000000000 + strtoull(half, NULL, 16);
		return true;
	}
	if (!at)
		return false;
	at = strstr(at, ": ");
	if (!at)
		return false;
	seconds = strtoull(at + 2, &end, 10);
	if (seconds < 100000000 || *end != '.')
		return false;
	fraction = strtoull(end + 1, NULL, 10);
	*ns = seconds * 1000000000 + (fraction % 1000000) * 1000;
	return true;
}

static void add_address(struct maillog_line *line, const char *text, size_t len)
{
	uint8_t addr[16] = { 0 };
	char copy[64];
	int family;

	if (len >= sizeof(copy) || line->nr_addrs == MAILLOG_ADDRS)
		return;
	memcpy(copy, text, len);
	copy[len] = 0;
	/* A full stop or colon may end the sentence. */
	while (len && (copy[len - 1] == '.' || copy[len - 1] == ':'))
		copy[--len] = 0;
	family = inet_pton(AF_INET, copy, addr) == 1 ? 4 :
		 inet_pton(AF_INET6, copy, addr) == 1 ? 6 : 0;
	if (!family)
		return;
	memcpy(line->addr[line->nr_addrs], addr, 16);
	line->family[line->nr_addrs++] = family;
}

/* Addresses: words of nothing but their letters, or with a port behind. */
static void read_addresses(const char *text, struct maillog_line *line)
{
	while (*text) {
		size_t len = strspn(text, ADDRESS);

		/* As sendmail writes it, and an address literal (RFC 5321). */
		if (!strncasecmp(text, "IPv6:", 5)) {
			text += 5;
			continue;
		}
		if (len >= 3)
			add_address(line, text, len);
		text += len ? len : 1;
		/* No address begins in the middle of a word. */
		while (len && isalnum((unsigned char)*text))
			text++;
	}
}

static bool is_code(const char *p)
{
	return (p[0] == '4' || p[0] == '5') && isdigit((unsigned char)p[1]) &&
	       isdigit((unsigned char)p[2]) && (p[3] == ' ' || p[3] == '-' || p[3] == '_');
}

/* The peer's words, from the code on. */
static const char *find_words(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(before_words) / sizeof(before_words[0]); i++) {
		const char *at = strstr(text, before_words[i]);

		for (; at && *at; at++)
			if (is_code(at) && strchr(" :_=\"/", at[-1]))
				return at;
	}
	return NULL;
}

static const char *find_broken(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		const char *at = strstr(text, broken[i]);

		if (at)
			return at;
	}
	return NULL;
}

/* qmail writes its words with _ for spaces and / for ends of lines. */
static void copy_words(const char *from, bool qmail, char *to)
{
	const char *end = strstr(from, " (in reply");
	size_t len = end ? (size_t)(end - from) : strcspn(from, qmail ? "/\r\n" : "\r\n");
	size_t i;

	if (len >= MAILLOG_TEXT)
		len = MAILLOG_TEXT - 1;
	memcpy(to, from, len);
	to[len] = 0;
	for (i = 0; qmail && i < len; i++)
		if (to[i] == '_')
			to[i] = ' ';
}

/**
 * maillog_line_read - read a line
 * @text: the line
 * @line: filled with true
 *
 * Return: whether it tells of a refusal or of a broken connection, when, and with
 * whom.
 */
bool maillog_line_read(const char *text, struct maillog_line *line)
{
	const char *words;

	memset(line, 0, sizeof(*line));
	words = find_words(text);
	if (!words) {
		words = find_broken(text);
		line->reset = true;
	}
	if (!words)
		return false;
	if (!read_qmail_time(text, &line->time_ns) &&
	    !clock_read_log(text, &line->time_ns))
		return false;
	read_addresses(text, line);
	copy_words(words, strstr(text, "qmail") || *text == '@', line->text);
	return line->nr_addrs;
}
