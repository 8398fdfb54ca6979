/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Link layers: where the IP packet of a frame begins.
 */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct link_frame - what a frame's link layer says
 * @offset: where the IP header begins
 * @leaving: the machine that captured it sent it (Linux cooked captures tell)
 */
struct link_frame {
	uint32_t offset;
	bool leaving;
};

bool link_is_known(int dlt);
bool link_read(int dlt, const uint8_t *p, uint32_t avail, struct link_frame *f);

#endif /* LINK_H */
