// SPDX-License-Identifier: GPL-2.0
/*
 * A mail client that holds hundreds of SMTP sessions at once by real sockets and
 * tells what a mail transfer agent would have made of each: delivered, deferred
 * (a 4xx reply, a reset, an end, a timeout) or bounced (a 5xx reply).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum outcome { PENDING, DELIVERED, DEFERRED, BOUNCED, OUTCOMES };
enum trouble { REPLY_4XX, RESET, END, TIMEOUT, REFUSED, TROUBLES };

static const char *const outcome_names[OUTCOMES] = {
	"pending", "delivered", "deferred", "bounced",
};

static const char *const trouble_names[TROUBLES] = {
	"reply_4xx", "reset", "end", "timeout", "refused",
};

/* What a session says, in this order; each awaits a reply that begins so. */
enum step { BANNER, EHLO, MAIL, RCPT, DATA, TEXT, QUIT, STEPS };

static const char *const commands[STEPS] = {
	"", "EHLO livedoor.example\r\n", "MAIL FROM:<sales@livedoor.example>\r\n",
	"RCPT TO:<jimgreen@neptune.example>\r\n", "DATA\r\n", NULL, "QUIT\r\n",
};

static const char wanted[STEPS + 1] = "2222322";

/**
 * struct session - one connection
 * @fd: its socket, or -1
 * @step: whose reply is awaited
 * @mails: how many of its mails are delivered
 * @sent: octets of the current command that are written
 * @line: the reply so far
 * @line_len: how much of it
 * @started: when it was begun, ms
 * @deadline: when it is given up, ms
 * @speak_at: when the next command is due, ms; 0 while a reply is awaited
 */
struct session {
	int fd;
	enum step step;
	int mails;
	size_t sent;
	char line[1024];
	size_t line_len;
	uint64_t started;
	uint64_t deadline;
	uint64_t speak_at;
};

struct load {
	struct sockaddr_storage to;
	socklen_t to_len;
	int total, at_once, mails, length, pause_ms, timeout_ms, slow_ms;
	int source_port, port;
	bool fast_open, keep_alive, progress;
	char *text;
	size_t text_len;
	struct session *sessions;
	int epoll, started, ended, live;
	long outcomes[OUTCOMES], troubles[TROUBLES];
	uint32_t *took;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

static void die(const char *what)
{
	fprintf(stderr, "sessions: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void end(struct load *l, struct session *s, enum outcome outcome)
{
	close(s->fd);
	s->fd = -1;
	l->live--;
	l->took[l->ended++] = now_ms() - s->started;
	l->outcomes[outcome]++;
	if (l->progress && l->ended % (l->total / 10 ? l->total / 10 : 1) == 0)
		fprintf(stderr, "# %d of %d sessions: %ld delivered, %ld deferred, %ld bounced\n",
			l->ended, l->total, l->outcomes[DELIVERED],
			l->outcomes[DEFERRED], l->outcomes[BOUNCED]);
}

/* What was delivered stays so, whatever becomes of the QUIT after it. */
static void give_up(struct load *l, struct session *s, enum trouble why)
{
	if (s->step == QUIT) {
		end(l, s, DELIVERED);
		return;
	}
	l->troubles[why]++;
	end(l, s, DEFERRED);
}

static void watch(struct load *l, struct session *s, int op, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = s };

	if (epoll_ctl(l->epoll, op, s->fd, &e))
		die("epoll_ctl");
}

static void begin(struct load *l, struct session *s)
{
	int on = 1, ticks = 1;

	memset(s, 0, sizeof(*s));
	s->fd = socket(l->to.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		die("socket");
	if (l->fast_open &&
	    setsockopt(s->fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)))
		die("TCP_FASTOPEN_CONNECT");
	if (l->keep_alive) {
		setsockopt(s->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
		setsockopt(s->fd, IPPROTO_TCP, TCP_KEEPIDLE, &ticks, sizeof(ticks));
		setsockopt(s->fd, IPPROTO_TCP, TCP_KEEPINTVL, &ticks, sizeof(ticks));
	}
	if (l->source_port) {
		struct sockaddr_storage from = { .ss_family = l->to.ss_family };

		/* The port stands at the same place in both families. */
		((struct sockaddr_in *)&from)->sin_port = htons(l->source_port);
		setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (bind(s->fd, (struct sockaddr *)&from, l->to_len))
			die("bind");
	}
	l->started++;
	l->live++;
	s->started = now_ms();
	s->deadline = s->started + l->timeout_ms;
	/* From a port of its own: the connection before may await its last ACK. */
	while (connect(s->fd, (struct sockaddr *)&l->to, l->to_len) &&
	       errno != EINPROGRESS) {
		if (errno != EADDRNOTAVAIL || !l->source_port || now_ms() > s->deadline)
			die("connect");
		usleep(10000);
	}
	/* With fast open the first words leave with the SYN. */
	if (l->fast_open)
		s->step = EHLO;
	watch(l, s, EPOLL_CTL_ADD, l->fast_open ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* Writes what is left of the current command. */
static void speak(struct load *l, struct session *s)
{
	const char *text = s->step == TEXT ? l->text : commands[s->step];
	size_t len = s->step == TEXT ? l->text_len : strlen(text);
	ssize_t n;

	s->speak_at = 0;
	while (s->sent < len) {
		n = send(s->fd, text + s->sent, len - s->sent, MSG_NOSIGNAL);
		/* Full, or broken: what the server said last is still to be read. */
		if (n < 0)
			break;
		s->sent += n;
	}
	watch(l, s, EPOLL_CTL_MOD, s->sent < len ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void advance(struct load *l, struct session *s)
{
	if (s->step == TEXT && ++s->mails < l->mails)
		s->step = MAIL;
	else
		s->step++;
	s->sent = 0;
	s->deadline = now_ms() + l->timeout_ms;
	s->speak_at = now_ms() + l->pause_ms;
	if (!l->pause_ms)
		speak(l, s);
}

/* A whole line of a reply; false once the session has ended. */
static bool reply(struct load *l, struct session *s, const char *line)
{
	if (line[0] && line[1] && line[2] && line[3] == '-')
		return true;
	if (l->fast_open && s->step == EHLO && !strncmp(line, "220", 3))
		return true;
	/* With a port of its own it lets the server close first. */
	if (s->step == QUIT && l->source_port)
		return true;
	if (s->step == QUIT) {
		end(l, s, DELIVERED);
		return false;
	}
	if (line[0] == '5') {
		end(l, s, BOUNCED);
		return false;
	}
	if (line[0] != wanted[s->step]) {
		give_up(l, s, REPLY_4XX);
		return false;
	}
	advance(l, s);
	return true;
}

static void listen_to(struct load *l, struct session *s)
{
	ssize_t n = recv(s->fd, s->line + s->line_len,
			 sizeof(s->line) - s->line_len - 1, 0);
	char *newline;

	if (n < 0 && (errno == EAGAIN || errno == EINPROGRESS))
		return;
	if (n <= 0) {
		give_up(l, s, !n ? END : errno == ECONNREFUSED ? REFUSED :
			      errno == ETIMEDOUT ? TIMEOUT : RESET);
		return;
	}
	s->line_len += n;
	s->line[s->line_len] = 0;
	while ((newline = strchr(s->line, '\n'))) {
		*newline = 0;
		if (!reply(l, s, s->line))
			return;
		s->line_len -= newline + 1 - s->line;
		memmove(s->line, newline + 1, s->line_len + 1);
	}
	if (s->line_len == sizeof(s->line) - 1)
		s->line_len = 0;
}

/* What is due by the clock; returns the milliseconds until the next of that. */
static int clock_ticks(struct load *l)
{
	uint64_t now = now_ms(), next = now + 1000;
	int i;

	for (i = 0; i < l->at_once; i++) {
		struct session *s = &l->sessions[i];

		if (s->fd < 0) {
			if (l->started < l->total)
				begin(l, s);
			continue;
		}
		if (s->deadline <= now) {
			give_up(l, s, TIMEOUT);
			next = now;
			continue;
		}
		if (s->speak_at && s->speak_at <= now)
			speak(l, s);
		if (s->speak_at && s->speak_at < next)
			next = s->speak_at;
		if (s->deadline < next)
			next = s->deadline;
	}
	return next - now;
}

static void run(struct load *l)
{
	struct epoll_event events[64];
	int i, n, wait;

	while (l->ended < l->total) {
		wait = clock_ticks(l);
		n = epoll_wait(l->epoll, events, 64, wait);
		for (i = 0; i < n; i++) {
			struct session *s = events[i].data.ptr;

			if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))
				listen_to(l, s);
			if (s->fd >= 0 && events[i].events & EPOLLOUT)
				speak(l, s);
		}
	}
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void tell(struct load *l, uint64_t ms)
{
	int i, slow = 0;

	qsort(l->took, l->ended, sizeof(*l->took), by_value);
	for (i = 0; i < l->ended; i++)
		slow += l->took[i] > (uint32_t)l->slow_ms;
	printf("{\"sessions\":%d", l->ended);
	for (i = DELIVERED; i < OUTCOMES; i++)
		printf(",\"%s\":%ld", outcome_names[i], l->outcomes[i]);
	for (i = 0; i < TROUBLES; i++)
		printf(",\"%s\":%ld", trouble_names[i], l->troubles[i]);
	printf(",\"median_ms\":%u,\"p99_ms\":%u,\"max_ms\":%u,\"slow\":%d,\"seconds\":%.1f}\n",
	       l->took[l->ended / 2], l->took[l->ended * 99ll / 100],
	       l->took[l->ended - 1], slow, ms / 1000.0);
}

static void usage(void)
{
	fputs("Usage: sessions [OPTION]... ADDRESS\n"
	      "  -n N    sessions in all (1)\n"
	      "  -c N    at once, at most (100)\n"
	      "  -m N    mails a session (1)\n"
	      "  -l N    octets a mail (500)\n"
	      "  -w MS   wait so long before each command (0)\n"
	      "  -t MS   wait so long for a reply (30000)\n"
	      "  -s MS   a session that takes longer is slow (1000)\n"
	      "  -p N    source port, for one session at a time\n"
	      "  -P N    the server's port (25)\n"
	      "  -f      TCP fast open\n"
	      "  -k      keep-alive every second\n"
	      "  -v      show progress\n", stderr);
	exit(2);
}

/* Options that are numbers, with their bounds. */
static void take_number(struct load *l, char option, const char *text)
{
	const struct {
		char option;
		int *value;
		long min, max;
	} numbers[] = {
		{ 'n', &l->total, 1, 10000000 },
		{ 'c', &l->at_once, 1, 10000 },
		{ 'm', &l->mails, 1, 1000 },
		{ 'l', &l->length, 1, 100000000 },
		{ 'w', &l->pause_ms, 0, 60000 },
		{ 't', &l->timeout_ms, 1, 600000 },
		{ 's', &l->slow_ms, 0, 600000 },
		{ 'p', &l->source_port, 1, 65535 },
		{ 'P', &l->port, 1, 65535 },
		{ 0, NULL, 0, 0 },
	}, *n = numbers;
	char *rest;
	long value;

	while (n->option && n->option != option)
		n++;
	if (!n->option)
		usage();
	value = strtol(text, &rest, 10);
	if (!*text || *rest || value < n->min || value > n->max) {
		fprintf(stderr, "sessions: -%c %s: accepted is %ld..%ld\n",
			option, text, n->min, n->max);
		exit(2);
	}
	*n->value = value;
}

static void take_options(struct load *l, int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "n:c:m:l:w:t:s:p:P:fkv")) != -1) {
		if (opt == 'f')
			l->fast_open = true;
		else if (opt == 'k')
			l->keep_alive = true;
		else if (opt == 'v')
			l->progress = true;
		else
			take_number(l, opt, optarg);
	}
	if (optind != argc - 1)
		usage();
	/* A port serves one session at a time. */
	if (l->source_port)
		l->at_once = 1;
	if (l->at_once > l->total)
		l->at_once = l->total;
}

static void resolve(struct load *l, const char *address)
{
	char port[12];
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = SOCK_STREAM }, *found;

	snprintf(port, sizeof(port), "%d", l->port);
	if (getaddrinfo(address, port, &hints, &found)) {
		fprintf(stderr, "sessions: '%s' is no address\n", address);
		exit(2);
	}
	memcpy(&l->to, found->ai_addr, found->ai_addrlen);
	l->to_len = found->ai_addrlen;
	freeaddrinfo(found);
}

/* Lines of 70, and the dot. */
static void write_text(struct load *l)
{
	size_t len = l->length, i;

	l->text_len = len + 5;
	l->text = malloc(l->text_len + 1);
	if (!l->text)
		die("malloc");
	for (i = 0; i < len; i++)
		l->text[i] = i % 72 == 70 ? '\r' : i % 72 == 71 ? '\n' : 'm';
	memcpy(l->text + len, "\r\n.\r\n", 6);
}

int main(int argc, char **argv)
{
	struct load l = { .total = 1, .at_once = 100, .mails = 1, .length = 500,
			  .timeout_ms = 30000, .slow_ms = 1000, .port = 25 };
	uint64_t started;
	int i;

	take_options(&l, argc, argv);
	resolve(&l, argv[optind]);
	write_text(&l);
	l.sessions = calloc(l.at_once, sizeof(*l.sessions));
	l.took = calloc(l.total, sizeof(*l.took));
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!l.sessions || !l.took || l.epoll < 0)
		die("cannot begin");
	for (i = 0; i < l.at_once; i++)
		l.sessions[i].fd = -1;
	started = now_ms();
	run(&l);
	tell(&l, now_ms() - started);
	return l.outcomes[DELIVERED] == l.total ? 0 : 1;
}
