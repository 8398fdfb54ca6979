/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scripts: TCP conversations as lines of text, one segment a line.
 *
 *	# comment
 *	set family 6			4 (default) or 6
 *	set port 587			the server's port, 25 at first
 *	set server 1			the server is inside
 *	set nat 198.51.100.1		our address as the outside sees it
 *	flow b				another connection (its local port differs)
 *	> S 1000 ts=5000,0		from inside: flags, sequence number
 *	< S. 7000 ack=1001 ttl=50	from outside
 *	< P. 7001:"220 hi\r\n" ack=1001 ttl=50
 *	< P. 7009:11 ack=1001 ttl=58 -> drop
 *	+250ms				time passes
 *
 * Flags are S, F, R, P, U and . for ACK. Fields: ack=N, ttl=N, ts=VAL,ECR,
 * win=N, ipid=N, nodf, doff=N (a lie), len=N (a lie about the IP length),
 * frag=N (sent in fragments of N octets), ext=hdr,hdr (IPv6 extension headers
 * hop, dst, rt, frag, and part: a fragment of which more follow). "-> pass" is
 * understood where nothing is said.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SCRIPT_PAYLOAD_MAX	8192
#define SCRIPT_EXT_MAX		16
#define SCRIPT_FLOWS_MAX	64

enum script_kind {
	SCRIPT_END,
	SCRIPT_SEGMENT,
	SCRIPT_WAIT,
};

enum script_ext {
	SCRIPT_EXT_HOP,
	SCRIPT_EXT_DST,
	SCRIPT_EXT_RT,
	SCRIPT_EXT_FRAG,
	SCRIPT_EXT_PART,
	SCRIPT_EXT_KINDS,
};

/**
 * struct script_step - one line
 * @kind: what it is
 * @line: its number
 * @wait_ms: SCRIPT_WAIT: how long
 * @flow: SCRIPT_SEGMENT: number of the connection, from 0; then the rest
 */
struct script_step {
	enum script_kind kind;
	int line;
	int wait_ms;

	int flow;
	bool outbound;
	bool expect_drop;
	uint8_t flags;
	uint32_t seq;
	uint32_t ack;
	bool has_ts;
	uint32_t tsval;
	uint32_t tsecr;
	int ttl;
	int window;
	int ip_id;
	bool df;
	int doff;
	int ip_len;
	int frag;
	uint8_t ext[SCRIPT_EXT_MAX];
	int nr_ext;
	uint8_t payload[SCRIPT_PAYLOAD_MAX];
	int payload_len;
};

/**
 * struct script - a script that is being read
 * @in: where it comes from
 * @line: number of the line read last
 * @family: 4 or 6
 * @port: the server's port
 * @server: the server, and its port, are inside
 * @nat: our address as the outside sees it, or empty
 * @flows: names of the connections
 * @error: what was wrong, if script_next() failed
 */
struct script {
	FILE *in;
	int line;
	int family;
	int port;
	bool server;
	char nat[64];
	char flows[SCRIPT_FLOWS_MAX][32];
	int nr_flows;
	int flow;
	char error[256];
};

void script_open(struct script *s, FILE *in);
int script_next(struct script *s, struct script_step *step);

#endif /* SCRIPT_H */
