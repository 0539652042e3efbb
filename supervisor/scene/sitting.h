/* One picture of the host, taken by a thread that may be given up: reading /proc can hang. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

struct pid_set;
struct sitting;
struct still;
struct survey_memory;
struct testimony;
struct view;

#define COMPARISON_IGNORED_MAX 3

/* What is held against the picture once it is there; all of it is owned. */
struct comparison_order {
	struct view *before;
	uint64_t budget_ns; /* for the picture, where that is more than by default */
	struct pid_set *suspects;
	bool complete; /* all suspects are known */
	bool may_lock; /* one of them may have left a file lock: else the kernel is not asked */
	struct testimony *seen; /* what they were seen to write, of malloc; NULL: nothing */
	unsigned seen_count;
	struct still *still; /* what they had in hand when they were killed; NULL: nobody looked */
	char *ignored[COMPARISON_IGNORED_MAX + 1]; /* of that: as frozen_picture_findings has it */
	char *group; /* theirs, by its path in its hierarchy; NULL: not known */
	char *places; /* below which their supervisor listens for them; NULL: nowhere */
	char *folder; /* of the job, whose trace knows them by name; NULL: nobody is named */
	unsigned index, try_number; /* in that trace */
	json_t *findings; /* out; NULL: there was no memory */
};

void comparison_order_finish(struct comparison_order *order);

/*
 * Take a picture and carry out these orders, then call `done`, once, from the loop. The orders (an
 * array of malloc, with what it holds) and the memory (NULL: none) are taken, on failure too.
 */
typedef void sitting_done(struct sitting *sitting, void *data);
int sitting_create(sd_event *loop, struct comparison_order *orders, unsigned count,
	struct survey_memory *memory, sitting_done *done, void *data, struct sitting **ret_sitting);

/* Once it is over: the memory back, for the next sitting. NULL: it had none. */
struct survey_memory *sitting_take_memory(struct sitting *sitting);

/* After `done` only. The picture (NULL: no memory) and the orders are the sitting's. */
struct view *sitting_view(const struct sitting *sitting);
struct comparison_order *sitting_order(struct sitting *sitting, unsigned number);

/* Whether a sitting that was not waited for has come to its end: then destroying it is quick. */
bool sitting_is_over(const struct sitting *sitting);

/* `done` is not called any more. Nothing is waited for: what still hangs is left to its thread. */
void sitting_destroy(struct sitting *sitting);
