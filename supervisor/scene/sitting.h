/* One picture of the host, taken by threads that may be given up: reading /proc can hang. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "scene/comparison.h"

struct sitting;
struct survey_memory;
struct view;

/*
 * Begin to take a picture; `done` comes once, from the loop, when the orders that it is given are
 * carried out. The memory (NULL: none) is taken, on failure too.
 */
typedef void sitting_done(struct sitting *sitting, void *data);
int sitting_create(sd_event *loop, struct survey_memory *memory, sitting_done *done, void *data,
	struct sitting **ret_sitting);

/* Once: what the picture is for. The orders (an array of malloc, with what it holds) are taken. */
void sitting_give(struct sitting *sitting, struct comparison_order *orders, unsigned count);

/* Once it is over: the memory back, for the next sitting. NULL: it had none. */
struct survey_memory *sitting_take_memory(struct sitting *sitting);

/* After `done` only. The picture (NULL: no memory) and the orders (NULL: there is none of that
 * number) are the sitting's. */
struct view *sitting_view(const struct sitting *sitting);
struct comparison_order *sitting_order(struct sitting *sitting, unsigned number);

/* Whether a sitting that was not waited for has come to its end: then destroying it is quick. */
bool sitting_is_over(const struct sitting *sitting);

/* `done` is not called any more. Nothing is waited for: what still hangs is left to its thread. */
void sitting_destroy(struct sitting *sitting);
