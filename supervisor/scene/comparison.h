/* What is held against a picture once it is there: what changed, who did it, what was in hand. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct pid_set;
struct still;
struct survey_host;
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

/* Beside the loop: what it finds goes into the order. One without a view `before` has nothing. */
void comparison_carry_out(
	struct comparison_order *order, const struct survey_host *host, const struct view *after);
