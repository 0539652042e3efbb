/* What the host looks like before and after each assessment, and what is not as it was. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

#include "scene/sitting.h"

struct look;
struct scene;

int scene_create(sd_event *loop, struct scene **ret_scene);
void scene_destroy(struct scene *scene); /* NULL is fine */

/*
 * Somebody will look soon: what a first look takes long for (all locks, each group and setting) is
 * looked at from now on, for that one's sake alone. It is not the latest view of anybody.
 */
void scene_warm(struct scene *scene);

/*
 * Nobody is expected to look again: what a look leaves for the next one goes, beside the loop. To
 * stop listening for groups takes one of the kernel's grace periods, 10 ms, that the end of the
 * process would wait for.
 */
void scene_rest(struct scene *scene);

/* Something that is surveyed begins, or has ended and was looked at. */
void scene_enter(struct scene *scene);
void scene_leave(struct scene *scene);

/*
 * A view that is good for what begins now: nothing that is surveyed ran since, and it is fresh.
 * NULL: there is none. A new reference.
 */
struct view *scene_latest(const struct scene *scene);

/*
 * Look at the host as it is from now on, and hold `order` (taken, on failure too; its `before`
 * NULL: only look) against it. `told` comes once, from the loop, never from in here; what it gets
 * is borrowed. `view` NULL: it could not be found out in time, and `findings` says so.
 */
typedef void look_told(struct view *view, const json_t *findings, void *data);
int scene_look(struct scene *scene, const struct comparison_order *order, look_told *told,
	void *data, struct look **ret_look);

/*
 * The same for one that has just ended, and is alone on the scene: the picture begins now, and what
 * is held against it follows by scene_order (taken), before the loop turns. NULL: it cannot begin
 * now, and is to be asked for by scene_look.
 */
struct look *scene_look_now(
	struct scene *scene, bool may_lock, uint64_t budget_ns, look_told *told, void *data);
void scene_order(struct scene *scene, const struct comparison_order *order);

/*
 * Begin now with what was asked for, for a caller that has something else to do meanwhile. Where no
 * thread can be had `told` comes from in here.
 */
void scene_begin(struct scene *scene);

/* Findings that say, in the words of survey_compare, why there are none. A new reference; NULL: out
 * of memory. */
json_t *scene_incomplete(const char *why);

/* Not to be told any more; only before it was. NULL is fine. */
void look_forget(struct look *look);
