/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asks the family for what is in force, and has it do one thing.
 */
#ifndef ASK_H
#define ASK_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ttlpin.h>
#include <stdint.h>

extern uint16_t ask_family;

void ask_open(void);
void ask_close(void);
void ask_die(const char *what);
struct nlmsghdr *ask_begin(void *buffer, uint8_t cmd, uint16_t flags);
int ask_send(struct nlmsghdr *nlh);
uint64_t ask_in_force(void);

#endif /* ASK_H */
