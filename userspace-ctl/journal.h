/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events as entries of the systemd journal.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <jansson.h>

int journal_open(int *fd);
int journal_send(int fd, const json_t *event, const char *netns);

#endif /* JOURNAL_H */
