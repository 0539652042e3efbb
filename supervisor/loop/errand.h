/* Work that waits for the disk, done beside the loop: the loop never does. */
#pragma once

#include <systemd/sd-event.h>

struct errand;

/*
 * Run `work` in a thread of its own, then `done` on the loop with what it returned. Nobody else may
 * touch what `work` uses until then. 0 or -errno: then neither is called.
 */
int errand_create(sd_event *loop, int (*work)(void *data), void (*done)(int code, void *data),
	void *data, struct errand **ret_errand);

/* Waits for `work`; `done` is not called any more. Not from inside `done`. NULL is fine. */
void errand_destroy(struct errand *errand);
