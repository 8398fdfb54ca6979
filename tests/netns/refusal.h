/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sends a request and compares how it is refused: the error, and the words and
 * the attribute of the extended acknowledgment. Prints TAP.
 */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ttlpin.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct refusal - how a request was refused
 * @error: number of the error; 0 if it was not
 * @text: the kernel's words
 * @offset: of the attribute that it is about, or 0
 * @missing: type of an attribute that is missing, or 0
 */
struct refusal {
	int error;
	char text[256];
	uint32_t offset;
	uint32_t missing;
};

/* What a refusal is about, beside the type of an attribute. */
enum about {
	NOTHING = -1,	/* it points nowhere */
	ANYTHING = -2,	/* older kernels do not tell where for a list */
};

/* The kernel's core has no words for some. */
#define NO_WORDS	""

void refusal_open(void);
int refusal_close(void);
struct nlmsghdr *begin(char *buffer, uint8_t cmd, uint16_t flags);
struct nlmsghdr *plain(char *buffer, uint8_t cmd);
struct refusal send_request(struct nlmsghdr *nlh);
void expect(const char *name, struct nlmsghdr *nlh, int error, const char *text,
	    int type);
void expect_missing(const char *name, struct nlmsghdr *nlh, const char *text,
		    uint32_t missing);

#endif /* REFUSAL_H */
