// SPDX-License-Identifier: GPL-2.0
/*
 * The shapes that an skb can have: in one piece or in many, its data at any
 * address, shared with a clone or not, with nothing behind its end.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include "storm.h"

/* Copies to pages of its own: up to four, at any place within them. */
static bool put_pages(struct storm_random *r, struct sk_buff *skb, const u8 *from,
		      u32 len)
{
	u32 part = len <= PAGE_SIZE ? len / (1 + storm_below(r, 4)) + 1 : PAGE_SIZE;
	int i;

	for (i = 0; len; i++) {
		u32 size = min_t(u32, len, part), at;
		struct page *page;

		if (i == MAX_SKB_FRAGS)
			return false;
		page = alloc_page(GFP_ATOMIC | __GFP_NOWARN);
		if (!page)
			return false;
		at = storm_below(r, PAGE_SIZE - size + 1);
		memcpy(page_address(page) + at, from, size);
		skb_add_rx_frag(skb, i, page, at, size, PAGE_SIZE);
		from += size;
		len -= size;
	}
	return true;
}

/* The rest as packets that hang on the first, as reassembly leaves them. */
static bool put_list(struct storm_random *r, struct sk_buff *skb, const u8 *from,
		     u32 len)
{
	struct sk_buff **next = &skb_shinfo(skb)->frag_list;

	while (len) {
		u32 size = min_t(u32, len, 1 + storm_below(r, 1 + len));

		*next = alloc_skb(size, GFP_ATOMIC | __GFP_NOWARN);
		if (!*next)
			return false;
		skb_put_data(*next, from, size);
		skb->len += size;
		skb->data_len += size;
		skb->truesize += (*next)->truesize;
		next = &(*next)->next;
		from += size;
		len -= size;
	}
	return true;
}

/* How much of a packet the stack has in one piece where it calls the hooks. */
static u32 least_head(const struct storm_packet *p)
{
	u32 len = p->family == 4 ? (p->data[0] & 0x0f) * 4 :
				   sizeof(struct ipv6hdr);

	return min(len, p->len);
}

static void mark_gso(struct sk_buff *skb, const struct storm_packet *p)
{
	if (!p->gso || p->len <= p->gso)
		return;
	skb_shinfo(skb)->gso_size = p->gso;
	skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(p->len, p->gso);
	skb_shinfo(skb)->gso_type = p->family == 4 ? SKB_GSO_TCPV4 :
						     SKB_GSO_TCPV6;
}

/**
 * storm_shape - make an skb of a packet
 * @r: chance
 * @p: the packet
 * @clone: set to another owner of its data, or NULL; the caller frees it
 *
 * Return: the skb, its data at the IP header, or NULL without memory.
 */
struct sk_buff *storm_shape(struct storm_random *r, const struct storm_packet *p,
			    struct sk_buff **clone)
{
	u32 head = p->len, room = ETH_HLEN + storm_below(r, 64);
	u32 least = least_head(p);
	struct sk_buff *skb;
	bool ok = true;

	*clone = NULL;
	if (head > SKB_MAX_ORDER(room, 0) || storm_once_in(r, 2))
		head = least + (storm_once_in(r, 2) ? 0 :
				storm_below(r, min(p->len - least + 1, 64u)));
	skb = alloc_skb(room + head, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	skb_put_data(skb, p->data, head);
	if (head < p->len && (p->len > 16384 || storm_once_in(r, 2)))
		ok = put_pages(r, skb, p->data + head, p->len - head);
	else if (head < p->len)
		ok = put_list(r, skb, p->data + head, p->len - head);
	if (ok && storm_once_in(r, 4)) {
		*clone = skb_clone(skb, GFP_ATOMIC | __GFP_NOWARN);
		ok = *clone;
	}
	if (!ok) {
		kfree_skb(skb);
		return NULL;
	}
	skb_set_mac_header(skb, -ETH_HLEN);
	skb_reset_network_header(skb);
	skb->transport_header = skb->network_header + least;
	skb->protocol = htons(p->family == 4 ? ETH_P_IP : ETH_P_IPV6);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->pkt_type = PACKET_HOST;
	mark_gso(skb, p);
	return skb;
}
