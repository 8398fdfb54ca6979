/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The oracle's view of a flow and a segment: plain numbers that do not wrap, and
 * facts instead of bytes.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { O_RST, O_HANDSHAKE, O_FIN, O_DATA, O_ACK };
enum { O_PASS, O_NEAR, O_HEALED, O_UNPINNED, O_DROP };
enum { O_TTL, O_TIMESTAMP, O_SYNACK, O_BURST };
enum { O_SYN_SENT, O_OPENING, O_TALKING, O_CLOSING };
enum { O_NONE, O_OFFERED, O_JUDGED };

struct oracle_segment {
	bool syn, ack, rst, fin;
	bool acks_our_syn;	/* acknowledges exactly our SYN */
	bool same_isn;		/* a SYN-ACK with the ISN that is known */
	int ttl;
	bool has_ts;
	long val, ecr;
	long seq;
	int len;
	int text;		/* which text it carries; 0 is no refusal */
};

struct oracle_suspect {
	bool there;
	int kind;
	long seq;
	int len;
	int text;
	int ttl;
	long val;
	long age;		/* ms */
	long quiet;		/* ms without a good segment, @age at most */
	int copies;
	int rank;
	int rivals;		/* in a row */
};

struct oracle_flow {
	int phase, ts;
	int known[4], nr_known;	/* the pin first */
	long newest;		/* TSval */
	long idle;		/* s */
	long our_val;		/* TSval of our SYN */
	long open;		/* ms since our SYN */
	long no_val;		/* a TSval that is none, as it is kept */
	long burst;		/* ms since a suspect RST, or -1 */
	bool repin, loose;
	bool at_pin;		/* the peer has said something at the pin */
	struct oracle_suspect suspect;
};

struct oracle_rules {
	int tolerance;
	bool timestamps, heal;
};

struct oracle_verdict {
	int action, reason, distance, confirmed;
};

/* The verdict on a segment; @flow becomes what it is afterwards. */
struct oracle_verdict oracle(struct oracle_flow *flow,
			     const struct oracle_segment *seg,
			     const struct oracle_rules *rules);

#ifdef __cplusplus
}
#endif

#endif /* ORACLE_H */
