// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of a capture, whatever its format.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include "capture.h"
#include "clock.h"
#include "link.h"
#include "pcapng_read.h"
#include "snort.h"
#include "stream.h"

/* Packets between two looks at how far the file is. */
#define LOOK_EVERY	65536

/**
 * struct reader - a capture that is being read
 * @c: what it is
 * @stream: where it comes from
 * @dlt: of pcap, its link layer
 * @unknown_dlt: of pcapng, a link layer that is not known, or -1
 * @take: who is told
 * @context: of @take
 */
struct reader {
	struct capture *c;
	const struct stream *stream;
	int dlt;
	int unknown_dlt;
	capture_take *take;
	void *context;
};

static void look(struct capture *c, const struct stream *s)
{
	c->percent = stream_percent(s);
	c->taken = stream_taken(s);
}

/* A frame: counted, and its IP packet given away if there is one. */
static void give(struct reader *r, int dlt, struct capture_packet *p,
		 const uint8_t *frame, uint32_t avail, uint32_t len)
{
	struct capture *c = r->c;
	struct link_frame f;

	p->number = ++c->packets;
	if (c->packets == 1)
		c->first_ns = p->time_ns;
	c->last_ns = p->time_ns;
	if (c->packets % LOOK_EVERY == 0)
		look(c, r->stream);
	if (!link_read(dlt, frame, avail, &f)) {
		c->not_ip++;
		return;
	}
	p->link = frame;
	p->link_len = f.offset;
	p->data = frame + f.offset;
	p->avail = avail - f.offset;
	p->len = len > avail ? len - f.offset : p->avail;
	p->leaving = f.leaving;
	r->take(r->context, p);
}

static void on_packet(u_char *user, const struct pcap_pkthdr *h,
		      const u_char *data)
{
	struct reader *r = (struct reader *)user;
	struct capture_packet p = { 0 };

	/* With nanoseconds asked for, tv_usec holds those. A damaged file may
	 * hold any number.
	 */
	p.time_ns = (uint64_t)h->ts.tv_sec * 1000000000 +
		    (uint32_t)h->ts.tv_usec % 1000000000;
	give(r, r->dlt, &p, data, h->caplen, h->len);
}

static void on_pcapng(void *context, const struct pcapng_packet_read *from)
{
	struct reader *r = context;
	struct capture_packet p = { .interface = from->interface,
				    .time_ns = from->time_ns };

	/* A simple packet has no time: that of the one before. */
	if (!p.time_ns)
		p.time_ns = r->c->last_ns;
	if (!link_is_known(from->dlt) && r->unknown_dlt < 0)
		r->unknown_dlt = from->dlt;
	give(r, from->dlt, &p, from->data, from->avail, from->len);
}

static bool fail(struct capture *c, const char *why)
{
	/* What was read of the packets stands in front of it. */
	snprintf(c->why, sizeof(c->why), "%s", why);
	return false;
}

/* libpcap says what failed; the stream below it may know better. */
static bool explain(struct capture *c, const struct stream *s, const char *said)
{
	char text[CAPTURE_WHY];
	const char *why = stream_failure(s) ?: said;

	if (!c->packets)
		return fail(c, why);
	snprintf(text, sizeof(text), "after packet %llu: %s",
		 (unsigned long long)c->packets, why);
	return fail(c, text);
}

static bool refuse_link(struct capture *c, int dlt)
{
	const char *name = pcap_datalink_val_to_name(dlt);
	char text[CAPTURE_WHY];

	snprintf(text, sizeof(text),
		 "link layer %s (%d) is not known; known are Ethernet, Linux cooked, raw IP, loopback and PPP",
		 name ? name : "without a name", dlt);
	return fail(c, text);
}

static bool read_pcapng(struct reader *r, FILE *file)
{
	char why[PCAPNG_WHY] = "";
	bool ok = pcapng_read(file, on_pcapng, r, why);

	fclose(file);
	if (!ok)
		return explain(r->c, r->stream, why);
	return r->unknown_dlt < 0 || refuse_link(r->c, r->unknown_dlt);
}

static bool read_all(struct reader *r, pcap_t *in)
{
	int ret;

	r->dlt = pcap_datalink(in);
	if (!link_is_known(r->dlt))
		return refuse_link(r->c, r->dlt);
	ret = pcap_loop(in, -1, on_packet, (u_char *)r);
	return !ret || explain(r->c, r->stream, pcap_geterr(in));
}

static bool read_pcap(struct reader *r, FILE *file)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *in = pcap_fopen_offline_with_tstamp_precision(file,
				PCAP_TSTAMP_PRECISION_NANO, error);
	bool ok;

	if (!in) {
		explain(r->c, r->stream, error);
		fclose(file);
		return false;
	}
	ok = read_all(r, in);
	pcap_close(in);
	return ok;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | p[2] << 8 | p[3];
}

/* What the first octets say; NULL if that is no capture. */
static const char *format_of(const uint8_t *head, size_t len)
{
	if (len >= 4) {
		switch (get32(head)) {
		case 0xa1b2c3d4:
		case 0xd4c3b2a1:
		case 0xa1b23c4d:
		case 0x4d3cb2a1:
		case 0xa1b2cd34:
		case 0x34cdb2a1:
			return "pcap";
		case 0x0a0d0d0a:
			return "pcapng";
		}
	}
	return snort_is_text(head, len) ? "snort" : NULL;
}

static bool read_stream(struct reader *r, struct stream *s)
{
	struct capture *c = r->c;
	const uint8_t *head;
	size_t len = stream_peek(s, &head);
	FILE *file;
	bool ok;

	if (!len)
		return explain(c, s, "is empty");
	c->format = format_of(head, len);
	if (!c->format)
		return explain(c, s, "is no capture: pcap, pcapng (also gzip, zstd, xz) and the text log of snort can be read");
	file = stream_file(s);
	if (!file)
		return fail(c, "out of memory");
	if (!strcmp(c->format, "pcap"))
		return read_pcap(r, file);
	if (!strcmp(c->format, "pcapng"))
		return read_pcapng(r, file);
	clock_assume(stream_modified(s));
	ok = snort_read(c, file, r->take, r->context) ||
	     explain(c, s, c->packets ? "cannot be read" :
		     "is text without a packet: no line like \"192.0.2.1:25 -> 192.0.2.2:1024 TCP TTL:64 ...\"");
	fclose(file);
	return ok;
}

/**
 * capture_read - read a capture to its end
 * @c: filled; up to date whenever @take is called
 * @path: the file, or "-" for standard input
 * @take: is told about each IP packet
 * @context: for @take
 *
 * Return: false if it could not be read to its end; @c->why says why, and @take
 * has been told what came before.
 */
bool capture_read(struct capture *c, const char *path, capture_take *take,
		  void *context)
{
	struct reader r = { .c = c, .unknown_dlt = -1, .take = take,
			    .context = context };
	char why[STREAM_WHY];
	struct stream *s;
	bool ok;

	*c = (struct capture){ .percent = 101 };
	s = stream_open(path, why);
	if (!s)
		return fail(c, why);
	r.stream = s;
	ok = read_stream(&r, s);
	look(c, s);
	stream_close(s);
	return ok;
}
