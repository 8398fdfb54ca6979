/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peer memory, which several commands show.
 */
#ifndef PEERS_H
#define PEERS_H

#include <jansson.h>
#include "nl.h"

int peers_get(struct nl *nl, json_t *peers);

#endif /* PEERS_H */
