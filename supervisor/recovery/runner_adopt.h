/* Going on with a try whose supervisor died. */
#pragma once

#include "engine/runner.h"

struct history_task;
struct left_slot;

/*
 * The same try as it was born, from what is pinned, from its folder and from what the trace tells
 * (borrowed for the call). Nothing is decided or told before runner_settle_in.
 */
int runner_adopt(const struct job_context *context, const struct assessment *assessment,
	const struct left_slot *left, const struct history_task *told,
	const struct runner_owner *owner, struct runner **ret_runner, struct error *error);

/* runner_settle.c: take down what the kernel's table has of it, before any drain. */
int runner_see_records(struct runner *runner);

/*
 * Behind the first drain: take in what the kernel half knows and nobody was told, then go on with
 * what was under way: deadlines, a cancel, a kill.
 */
void runner_settle_in(struct runner *runner);

/* A group, its v1 companions and the folder of a try that nobody was born in: its name is free. */
void runner_unprepare(const struct job_context *context, const struct assessment *assessment,
	unsigned index, unsigned try_number);
