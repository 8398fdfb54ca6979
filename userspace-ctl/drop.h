/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A condemned segment in words.
 */
#ifndef DROP_H
#define DROP_H

#include <jansson.h>
#include "ctl.h"

void drop_print(const struct ctl *ctl, const json_t *event);
void drop_print_line(const json_t *event);

#endif /* DROP_H */
