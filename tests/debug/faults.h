/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Has allocations fail in what this process does, where one of the module's
 * functions is on the stack.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>

/**
 * struct deed - something that allocates
 * @name: for the report
 * @prepare: what has to be done before, or NULL
 * @run: does it; 0 or a negative error
 * @undo: what makes it undone, once it was done, or NULL
 */
struct deed {
	const char *name;
	int (*prepare)(void);
	int (*run)(void);
	int (*undo)(void);
};

void inject_open(void);
void inject_nth(unsigned int n);
void inject_after(unsigned int octets);
void inject_call(unsigned long long address);
int inject_hits(void);
bool inject_done(void);
void inject_none(void);

extern const struct deed outer_deeds[], inner_deeds[];

int load(void);
int unload(void);

#endif /* FAULTS_H */
