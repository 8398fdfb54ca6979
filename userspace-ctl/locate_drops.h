/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Senders of the forged segments of an analysis.
 */
#ifndef LOCATE_DROPS_H
#define LOCATE_DROPS_H

#include <jansson.h>
#include "geoip.h"
#include "path.h"

json_t *locate_drops(const json_t *flow, const struct path *path, const struct geoip *geoip);

#endif /* LOCATE_DROPS_H */
