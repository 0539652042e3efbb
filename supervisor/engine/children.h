/*
 * SIGCHLD, which says that children wait to be fetched.
 *
 * While a kill is waited for they are left to lie: to be told of each, and to fetch each, takes a
 * processor that others die on.
 */
#pragma once

#include <systemd/sd-event.h>

struct children;

/* `heard` is called from the loop, once for one or many. SIGCHLD must be blocked: -EBUSY else. */
int children_create(
	sd_event *loop, void (*heard)(void *data), void *data, struct children **ret_children);

/* NULL is fine. */
void children_destroy(struct children *children);

/* Be told nothing, until what was left is to be fetched; either may be called again and again. */
void children_leave(struct children *children);
void children_fetch(struct children *children);
