// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a capture of mail traffic, of any size and always the same for one seed:
 *
 *   mails MEGABYTES [SEED] > FILE
 *
 * Connections to port 25 run side by side, as on a busy gateway: handshake with
 * timestamps, banner, EHLO, MAIL, RCPT, DATA with a mail of 2 to 100 KB and its
 * acknowledgments, QUIT, FINs. One in a thousand gets a forged refusal.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_BY_SIDE	256
#define SEGMENT		1448
#define ETHERNET	14
#define FIN		0x01
#define SYN		0x02
#define PSH		0x08
#define ACK		0x10

/**
 * struct mail - a connection
 * @step: what comes next
 * @left: octets of the mail that are still to be sent
 * @client: its address
 * @server: the server's
 * @port: the client's
 * @ttl: with which the server's segments arrive
 * @seq: sequence number of each end, the client's first
 * @ts: clock of each end
 * @id: IP ID of each end
 * @forged: it gets a forged refusal
 */
struct mail {
	int step;
	int left;
	uint32_t client;
	uint32_t server;
	uint16_t port;
	uint8_t ttl;
	uint32_t seq[2];
	uint32_t ts[2];
	uint16_t id[2];
	bool forged;
};

static uint64_t state, time_us = 1790000000ull * 1000000, written;
static struct mail mails[SIDE_BY_SIDE];
static uint32_t made;

/* SplitMix64. */
static uint64_t draw(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static void write_packet(const uint8_t *frame, uint32_t len)
{
	uint32_t head[4] = { time_us / 1000000, time_us % 1000000, len, len };

	fwrite(head, sizeof(head), 1, stdout);
	fwrite(frame, len, 1, stdout);
	written += sizeof(head) + len;
	time_us += draw() % 100;
}

static int put_options(uint8_t *tcp, const struct mail *m, bool out, int flags)
{
	uint8_t *opt = tcp + 20;

	if (flags & SYN) {
		memcpy(opt, "\2\4\5\264\4\2", 6);
		memcpy(opt + 16, "\1\3\3\7", 4);
	} else {
		memcpy(opt, "\1\1", 2);
	}
	opt += flags & SYN ? 6 : 2;
	memcpy(opt, "\10\12", 2);
	put32(opt + 2, m->ts[!out]);
	put32(opt + 6, flags == SYN ? 0 : m->ts[out]);
	return flags & SYN ? 20 : 12;
}

/* A segment; one that is forged leaves the peer's numbers as they are. */
static void segment(struct mail *m, bool out, int flags, const char *text,
		    int len, bool forged)
{
	uint8_t frame[ETHERNET + 80 + SEGMENT] = { 2, 0, 0, 0, 0, 1, 2 };
	uint8_t *ip = frame + ETHERNET, *tcp = ip + 20;
	int options = forged ? 0 : put_options(tcp, m, out, flags);

	frame[12] = 8;
	frame[5 + 6 * out] = 2;
	ip[0] = 0x45;
	put16(ip + 2, 40 + options + len);
	put16(ip + 4, forged ? 64 : m->id[!out]++);
	ip[6] = forged ? 0 : 0x40;
	ip[8] = out ? 64 : m->ttl + 8 * forged;
	ip[9] = 6;
	put32(ip + 12, out ? m->client : m->server);
	put32(ip + 16, out ? m->server : m->client);
	put16(tcp, out ? m->port : 25);
	put16(tcp + 2, out ? 25 : m->port);
	put32(tcp + 4, m->seq[!out]);
	put32(tcp + 8, flags == SYN ? 0 : m->seq[out]);
	tcp[12] = (20 + options) / 4 << 4;
	tcp[13] = flags;
	put16(tcp + 14, forged ? 0 : 501);
	if (text)
		memcpy(tcp + 20 + options, text, len);
	else
		memset(tcp + 20 + options, 'm', len);
	write_packet(frame, ETHERNET + 40 + options + len);
	if (forged)
		return;
	m->seq[!out] += len + !!(flags & (SYN | FIN));
	m->ts[!out] += 1 + draw() % 20;
}

static void say(struct mail *m, bool out, const char *text)
{
	segment(m, out, ACK | PSH, text, strlen(text), false);
}

static void begin(struct mail *m)
{
	uint64_t r = draw();

	*m = (struct mail){ .client = 0xc000020a, .port = 1024 + made % 60000,
			    .server = 0xcb007100 | (r & 0xff), .left = 2000 +
			    (r >> 8) % 98000, .ttl = 40 + (r >> 32) % 20,
			    .forged = made % 1000 == 999 };
	/* The ports come round again: other servers, for a while. */
	m->server ^= made / 60000 << 8;
	m->seq[0] = draw();
	m->seq[1] = draw();
	m->ts[0] = draw();
	m->ts[1] = draw();
	m->id[0] = draw();
	m->id[1] = draw();
	made++;
}

/* Two segments of the mail, which the server acknowledges. */
static bool send_mail(struct mail *m)
{
	int i, n;

	for (i = 0; i < 2 && m->left; i++, m->left -= n) {
		n = m->left < SEGMENT ? m->left : SEGMENT;
		segment(m, true, ACK | (n < SEGMENT ? PSH : 0), NULL, n, false);
	}
	segment(m, false, ACK, "", 0, false);
	return !m->left;
}

static void step(struct mail *m)
{
	switch (m->step) {
	case 0:
		begin(m);
		segment(m, true, SYN, "", 0, false);
		break;
	case 1:
		segment(m, false, SYN | ACK, "", 0, false);
		segment(m, true, ACK, "", 0, false);
		break;
	case 2:
		say(m, false, "220 mail.example ESMTP\r\n");
		say(m, true, "EHLO gateway.example\r\n");
		break;
	case 3:
		say(m, false, "250-mail.example\r\n250-SIZE 52428800\r\n250 8BITMIME\r\n");
		say(m, true, "MAIL FROM:<alice@gateway.example>\r\n");
		break;
	case 4:
		say(m, false, "250 2.1.0 Ok\r\n");
		say(m, true, "RCPT TO:<bob@mail.example>\r\n");
		if (m->forged)
			segment(m, false, ACK | PSH, "500 error\r\n", 11, true);
		break;
	case 5:
		say(m, false, "250 2.1.5 Ok\r\n");
		say(m, true, "DATA\r\n");
		break;
	case 6:
		say(m, false, "354 End data with <CR><LF>.<CR><LF>\r\n");
		break;
	case 7:
		if (!send_mail(m))
			return;
		say(m, true, "\r\n.\r\n");
		break;
	case 8:
		say(m, false, "250 2.0.0 Ok: queued\r\n");
		say(m, true, "QUIT\r\n");
		break;
	default:
		segment(m, false, ACK | FIN, "221 2.0.0 Bye\r\n", 15, false);
		segment(m, true, ACK | FIN, "", 0, false);
		segment(m, false, ACK, "", 0, false);
		m->step = -1;
	}
	m->step++;
}

int main(int argc, char **argv)
{
	static const uint32_t head[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1 };
	uint64_t bytes = argc > 1 ? strtoull(argv[1], NULL, 10) << 20 : 0;

	if (!bytes) {
		fputs("usage: mails MEGABYTES [SEED] > FILE\n", stderr);
		return 2;
	}
	state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	fwrite(head, sizeof(head), 1, stdout);
	while (written < bytes)
		step(&mails[draw() % SIDE_BY_SIDE]);
	if (fflush(stdout) || ferror(stdout)) {
		perror("mails");
		return 1;
	}
	return 0;
}
