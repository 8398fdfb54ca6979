/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random netlink messages to the family.
 */
#ifndef NLFUZZ_H
#define NLFUZZ_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ttlpin.h>
#include <stdbool.h>
#include <stdint.h>

/* Octets that a message has at most. */
#define MESSAGE_MAX	4096
/* Last octet of the number of a message to another family, which all answers bear. */
#define MESSAGE_OTHER	0

/**
 * struct tally - what came of the messages
 * @sent: messages
 * @answers: messages that came back
 * @granted: acknowledgments
 * @refused: errors
 * @looks: refused messages that were seen to change nothing
 * @by_command: acknowledgments by command
 * @by_error: errors by number
 */
struct tally {
	unsigned long long sent;
	unsigned long long answers;
	unsigned long long granted;
	unsigned long long refused;
	unsigned long long looks;
	unsigned long long by_command[64];
	unsigned long long by_error[256];
};

uint32_t any(void);
uint32_t below(uint32_t n);
size_t make_message(char *buffer, uint16_t family, bool whole);

void guide_open(bool lead);
void guide_begin(void);
void guide_end(const char *message, size_t len);
size_t guide_again(char *message);
void guide_report(void);

#endif /* NLFUZZ_H */
