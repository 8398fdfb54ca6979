// SPDX-License-Identifier: GPL-2.0
/*
 * Link layers: where the IP packet of a frame begins. Nothing is read at or
 * beyond the octets at hand, whatever the frame claims.
 */
#include <pcap/dlt.h>
#include "link.h"

#define TYPE_IPV4	0x0800
#define TYPE_IPV6	0x86dd
#define TYPE_VLAN	0x8100
#define TYPE_QINQ	0x88a8
#define TYPE_QINQ_OLD	0x9100
#define TYPE_MPLS	0x8847
#define TYPE_PPPOE	0x8864
#define PPP_IPV4	0x0021
#define PPP_IPV6	0x0057
/* Tags and labels one in another that are looked through. */
#define NESTED_MAX	8

static uint32_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static bool is_ip(const uint8_t *p, uint32_t avail, uint32_t at)
{
	return at < avail && (p[at] >> 4 == 4 || p[at] >> 4 == 6);
}

/* A PPP packet at @at; its address and control octets may have been left out. */
static bool read_ppp(const uint8_t *p, uint32_t avail, uint32_t at,
		     struct link_frame *f)
{
	uint32_t protocol;

	if (at + 2 <= avail && get16(p + at) == 0xff03)
		at += 2;
	if (at + 2 > avail)
		return false;
	protocol = get16(p + at);
	f->offset = at + 2;
	/* Zero octets in front of a protocol may have been left out, too. */
	if (p[at] == PPP_IPV4 || p[at] == PPP_IPV6) {
		protocol = p[at];
		f->offset = at + 1;
	}
	return (protocol == PPP_IPV4 || protocol == PPP_IPV6) &&
	       is_ip(p, avail, f->offset);
}

/* What follows an EtherType @type at @at. */
static bool read_type(const uint8_t *p, uint32_t avail, uint32_t type,
		      uint32_t at, struct link_frame *f)
{
	int i;

	for (i = 0; i < NESTED_MAX; i++) {
		switch (type) {
		case TYPE_IPV4:
		case TYPE_IPV6:
			f->offset = at;
			return is_ip(p, avail, at);
		case TYPE_VLAN:
		case TYPE_QINQ:
		case TYPE_QINQ_OLD:
			if (at + 4 > avail)
				return false;
			type = get16(p + at + 2);
			at += 4;
			break;
		case TYPE_MPLS:
			if (at + 4 > avail)
				return false;
			/* The bottom of the stack: what follows is IP or not. */
			if (p[at + 2] & 1)
				type = TYPE_IPV4;
			at += 4;
			break;
		case TYPE_PPPOE:
			return read_ppp(p, avail, at + 6, f);
		default:
			return false;
		}
	}
	return false;
}

static bool read_cooked(const uint8_t *p, uint32_t avail, struct link_frame *f)
{
	if (avail < 16)
		return false;
	f->leaving = get16(p) == 4;
	return read_type(p, avail, get16(p + 14), 16, f);
}

static bool read_cooked2(const uint8_t *p, uint32_t avail, struct link_frame *f)
{
	if (avail < 20)
		return false;
	f->leaving = p[10] == 4;
	return read_type(p, avail, get16(p), 20, f);
}

/**
 * link_is_known - whether frames of a kind can be read
 * @dlt: what pcap_datalink() gives
 */
bool link_is_known(int dlt)
{
	switch (dlt) {
	case DLT_EN10MB:
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
	case DLT_NULL:
	case DLT_LOOP:
	case DLT_PPP:
	case DLT_PPP_SERIAL:
	case DLT_PPP_ETHER:
		return true;
	default:
		return false;
	}
}

/**
 * link_read - find the IP packet in a frame
 * @dlt: what pcap_datalink() gives
 * @p: the frame
 * @avail: how many octets of it are at hand
 * @f: filled with true
 *
 * Return: false if there is none.
 */
bool link_read(int dlt, const uint8_t *p, uint32_t avail, struct link_frame *f)
{
	f->leaving = false;
	switch (dlt) {
	case DLT_EN10MB:
		return avail >= 14 && read_type(p, avail, get16(p + 12), 14, f);
	case DLT_LINUX_SLL:
		return read_cooked(p, avail, f);
	case DLT_LINUX_SLL2:
		return read_cooked2(p, avail, f);
	case DLT_NULL:
	case DLT_LOOP:
		f->offset = 4;
		return is_ip(p, avail, 4);
	case DLT_PPP:
	case DLT_PPP_SERIAL:
		return read_ppp(p, avail, 0, f);
	case DLT_PPP_ETHER:
		return read_ppp(p, avail, 6, f);
	default:
		f->offset = 0;
		return is_ip(p, avail, 0);
	}
}
