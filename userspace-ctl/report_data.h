/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page's style and script, made of the files in report/, and the hashes by
 * which the page's policy knows them.
 */
#ifndef REPORT_DATA_H
#define REPORT_DATA_H

extern const char report_css[];
extern const char report_css_hash[];
extern const char report_js[];
extern const char report_js_hash[];

#endif /* REPORT_DATA_H */
