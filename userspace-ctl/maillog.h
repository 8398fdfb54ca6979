/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bounces in a mail log, and which segments they go back to.
 */
#ifndef MAILLOG_H
#define MAILLOG_H

#include <jansson.h>
#include "story.h"
#include "tuple.h"

/* Room for why a log could not be read. */
#define MAILLOG_WHY	256
/* A bounce is logged so long after its segment at most, and, where two clocks
 * differ, so long before it; seconds.
 */
#define MAILLOG_AFTER	900
#define MAILLOG_BEFORE	120

struct maillog;

struct maillog *maillog_read(const char *path, char *why);
json_t *maillog_forged(struct maillog *m, const struct ttlpin_tuple *flow,
		       const struct story_drop *drop);
void maillog_genuine(struct maillog *m, const struct ttlpin_tuple *flow,
		     const struct story_segment *refusal);
json_t *maillog_tree(struct maillog *m);
void maillog_free(struct maillog *m);

#endif /* MAILLOG_H */
