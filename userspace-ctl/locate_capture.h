/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Senders of the forged segments of a capture.
 */
#ifndef LOCATE_CAPTURE_H
#define LOCATE_CAPTURE_H

#include <jansson.h>

/* Takes a connection with forged segments, in the form of an analysis; returns
 * enum ctl_exit.
 */
typedef int locate_connection(void *context, const json_t *flow);

int locate_capture(const char *file, const char *ports, locate_connection *take,
		   void *context);

#endif /* LOCATE_CAPTURE_H */
