// SPDX-License-Identifier: GPL-2.0
/*
 * Connections as they are: who begins, what is said, and what a forger adds.
 */
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/unaligned.h>
#include <net/tcp.h>
#include "storm.h"

#define NR_FLOWS	256
#define PEER_TTL	50
#define OUR_TTL		63

/* A segment as it is about to be written. */
struct wanted {
	u32 seq;
	u32 ack;
	u8 flags;
	u8 ttl;
	bool ts;
	bool from_guarded;
	const char *text;
};

/**
 * struct flow - a connection
 * @isn: of who began it
 * @peer_isn: of who answered
 * @sent: octets of ours so far
 * @heard: octets of the peer's so far
 * @port: of the side that is not the guarded port
 * @step: 0 before the SYN, 1 before the SYN-ACK, 2 and on after it
 * @again: how often @odd comes again
 * @odd: what came from another distance
 */
struct flow {
	u32 isn;
	u32 peer_isn;
	u32 sent;
	u32 heard;
	u16 port;
	u8 step;
	u8 again;
	struct wanted odd;
};

static struct flow flows[NR_FLOWS];

static bool is_server(u32 at)
{
	return at & 4;
}

static bool has_ts(u32 at)
{
	return at & 2;
}

static u8 family_of(u32 at)
{
	return at & 1 ? 6 : 4;
}

/* Addresses for documentation: ours and the peer's. */
static void put_ip(struct storm_packet *p, u32 at, u8 ttl, u32 len)
{
	if (p->family == 4) {
		struct iphdr *ip = (void *)p->data;
		__be32 ours = htonl(0xc0000200 | (at >> 3 & 0x7f));
		__be32 peer = htonl(0xc6336400 | (at >> 3 & 0x7f));

		*ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = ttl,
				      .tot_len = htons(sizeof(*ip) + len),
				      .frag_off = htons(IP_DF),
				      .protocol = IPPROTO_TCP };
		ip->saddr = p->out ? ours : peer;
		ip->daddr = p->out ? peer : ours;
	} else {
		struct ipv6hdr *ip = (void *)p->data;
		struct in6_addr ours = {}, peer = {};

		ours.s6_addr32[0] = htonl(0x20010db8);
		peer.s6_addr32[0] = htonl(0x20010db8);
		ours.s6_addr32[3] = htonl(1 + (at >> 3));
		peer.s6_addr32[1] = htonl(0xbeef0000);
		peer.s6_addr32[3] = htonl(1 + (at >> 3));
		*ip = (struct ipv6hdr){ .version = 6, .hop_limit = ttl,
					.payload_len = htons(len),
					.nexthdr = IPPROTO_TCP };
		ip->saddr = p->out ? ours : peer;
		ip->daddr = p->out ? peer : ours;
	}
}

/* Options as a stack lays them out; how long they are. */
static u32 put_options(u8 *at, const struct wanted *w)
{
	u32 len = 0;

	if (w->flags & TCPHDR_SYN) {
		put_unaligned_be32(0x020405b4, at);
		len += 4;
	}
	if (w->ts) {
		put_unaligned_be32(0x0101080a, at + len);
		put_unaligned_be32(jiffies * (1000 / HZ), at + len + 4);
		put_unaligned_be32(w->ack ? 1000 : 0, at + len + 8);
		len += 12;
	}
	return len;
}

static void write(struct storm_packet *p, u32 at, const struct wanted *w)
{
	u32 ip_len = p->family == 4 ? sizeof(struct iphdr) :
				      sizeof(struct ipv6hdr);
	struct tcphdr *tcp = (void *)(p->data + ip_len);
	u32 options = put_options((u8 *)(tcp + 1), w);
	u32 text = strlen(w->text);
	u16 port = flows[at].port;

	*tcp = (struct tcphdr){
		.source = htons(w->from_guarded ? STORM_PORT : port),
		.dest = htons(w->from_guarded ? port : STORM_PORT),
		.seq = htonl(w->seq),
		.ack_seq = htonl(w->ack),
		.doff = (sizeof(*tcp) + options) / 4,
		.window = htons(65000),
	};
	((u8 *)tcp)[13] = w->flags;
	memcpy((u8 *)(tcp + 1) + options, w->text, text);
	p->len = ip_len + sizeof(*tcp) + options + text;
	p->gso = 0;
	put_ip(p, at, w->ttl, p->len - ip_len);
}

static const char *const commands[] = {
	"EHLO mail.example.org\r\n", "MAIL FROM:<a@example.org>\r\n",
	"RCPT TO:<b@example.net>\r\n", "DATA\r\n", "STARTTLS\r\n",
	"a line of text\r\n", "QUIT\r\n", "",
};

static const char *const replies[] = {
	"220 mail.example.net\r\n", "250 Ok\r\n", "354 go on\r\n",
	"421 later\r\n", "500 error\r\n", "551 User not local\r\n", "",
};

/* What a forger sends to us: data, FINs and RSTs of any distance. */
static void forge(struct storm_random *r, struct wanted *w)
{
	static const u8 flags[] = {
		TCPHDR_ACK | TCPHDR_PSH, TCPHDR_ACK | TCPHDR_PSH, TCPHDR_ACK,
		TCPHDR_RST, TCPHDR_RST | TCPHDR_ACK,
		TCPHDR_FIN | TCPHDR_ACK | TCPHDR_PSH,
		TCPHDR_SYN | TCPHDR_ACK,
	};

	w->flags = flags[storm_below(r, ARRAY_SIZE(flags))];
	/* Few other distances, so that some come again and heal. */
	w->ttl = PEER_TTL + storm_below(r, 8) * 3 - 9;
	if (storm_once_in(r, 4))
		w->ts = !w->ts;
	if (w->flags & TCPHDR_SYN)
		w->seq = storm_random(r);
}

/* Somebody says something in a connection that stands. */
static void talk(struct storm_random *r, u32 at, struct storm_packet *p,
		 struct wanted *w)
{
	struct flow *f = &flows[at];
	u32 ours = (is_server(at) ? f->peer_isn : f->isn) + 1 + f->sent;
	u32 theirs = (is_server(at) ? f->isn : f->peer_isn) + 1 + f->heard;

	p->out = storm_once_in(r, 3);
	/* What is sent again is a route that has changed, or a stubborn forger. */
	if (!p->out && f->again) {
		f->again--;
		*w = f->odd;
		return;
	}
	w->seq = p->out ? ours : theirs;
	w->ack = p->out ? theirs : ours;
	w->flags = TCPHDR_ACK;
	w->from_guarded = p->out == is_server(at);
	w->text = w->from_guarded ?
		replies[storm_below(r, ARRAY_SIZE(replies))] :
		commands[storm_below(r, ARRAY_SIZE(commands))];
	if (p->out) {
		f->sent += strlen(w->text);
	} else if (storm_once_in(r, 2)) {
		forge(r, w);
		f->again = storm_below(r, 5);
		f->odd = *w;
	} else {
		f->heard += strlen(w->text);
	}
	if (storm_once_in(r, 32)) {
		w->flags |= TCPHDR_FIN;
		f->step = 0;
	} else if (storm_once_in(r, 64)) {
		f->step = 0;
	}
}

/* The other of the first two: a SYN, then its answer. */
static void shake_hands(struct storm_random *r, u32 at, struct storm_packet *p,
			struct wanted *w)
{
	struct flow *f = &flows[at];

	if (!f->step) {
		f->isn = storm_random(r);
		f->peer_isn = storm_random(r);
		f->sent = 0;
		f->heard = 0;
		f->again = 0;
		f->port = 20000 + storm_below(r, 16);
	}
	w->flags = f->step ? TCPHDR_SYN | TCPHDR_ACK : TCPHDR_SYN;
	w->seq = f->step ? f->peer_isn : f->isn;
	w->ack = f->step ? f->isn + 1 : 0;
	w->from_guarded = f->step;
	p->out = w->from_guarded == is_server(at);
	f->step++;
}

/**
 * storm_flow_step - the next segment of a connection
 * @flow: its number; what it is like follows from that
 * @r: chance
 * @p: the packet, filled but for @p->data, which has room
 */
void storm_flow_step(u32 flow, struct storm_random *r, struct storm_packet *p)
{
	struct wanted w = { .text = "", .ts = has_ts(flow) };

	p->family = family_of(flow);
	if (flows[flow].step < 2)
		shake_hands(r, flow, p, &w);
	else
		talk(r, flow, p, &w);
	if (!w.ttl)
		w.ttl = p->out ? OUR_TTL : PEER_TTL;
	write(p, flow, &w);
}

/* The next segment of any connection. */
void storm_flow_next(struct storm_random *r, struct storm_packet *p)
{
	storm_flow_step(storm_below(r, NR_FLOWS), r, p);
}
