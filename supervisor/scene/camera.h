/* Frozen pictures, taken by one thread beside the loop that may be given up: looking can hang. */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

#include "survey/frozen.h"

struct camera;
struct group;
struct shot;
struct still;

int camera_create(sd_event *loop, struct camera **ret_camera);
/* With that way of looking instead of the kernel half's, which then is not loaded. `scanner` is
 * borrowed, and may be used for as long as a look hangs. */
int camera_create_with(
	sd_event *loop, frozen_scan *scan, void *scanner, struct camera **ret_camera);
void camera_destroy(struct camera *camera); /* NULL is fine; nothing is waited for */

/*
 * Something that will be looked at begins: the thread starts, and after a while it loads the kernel
 * half's way of looking, which takes longer than many an assessment. Until then /proc is read.
 */
void camera_prepare(struct camera *camera);

/*
 * Look at a frozen group, which stands at that depth in the v2 tree, within the budget. `taken`
 * comes once, from the loop, never from in here, with a reference; NULL: there was no memory, or
 * the thread could not be had. -EBUSY: an earlier look hangs.
 */
typedef void shot_taken(struct still *still, void *data);
int camera_take(struct camera *camera, const struct group *group, uint32_t level,
	uint64_t budget_ns, shot_taken *taken, void *data, struct shot **ret_shot);

/* Why there is no picture, of what camera_take returned; of 0: for it did not come in time. */
const char *camera_refusal(int code);

/* Not to be told any more; only before it was. NULL is fine. */
void shot_forget(struct shot *shot);
