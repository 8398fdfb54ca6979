/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose an address is, from MaxMind databases.
 */
#ifndef GEOIP_H
#define GEOIP_H

#include <jansson.h>

struct geoip;

int geoip_open(struct geoip **geoip, const char *file);
void geoip_close(struct geoip *geoip);
void geoip_tell(const struct geoip *geoip, const char *addr, json_t *into);

#endif /* GEOIP_H */
