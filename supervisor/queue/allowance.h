/* What users may have of the queue, some of it only who steers the own jobs alone: its parameters.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct queue;
struct queue_caller;

/* How many jobs of that user run, or are about to with a connection. */
uint64_t allowance_running(struct queue *queue, uid_t owner);

/* Whether the caller may add `count` jobs; false: the caller has been told. */
bool allowance_add(struct queue *queue, const struct queue_caller *caller, size_t count);

/* Whether the queue has room for so many more of anybody; false: the caller has been told. */
bool allowance_room(struct queue *queue, const struct queue_caller *caller, size_t count);

/*
 * Whether jobs of that user may write more; false: the caller has been told. Asked when there is to
 * be more work, not when work begins that was accepted: nothing but slots, processors, a hold and
 * those before it keeps back a job that is queued, and only a call takes it from the queue.
 */
bool allowance_write(struct queue *queue, const struct queue_caller *caller, uid_t owner);
