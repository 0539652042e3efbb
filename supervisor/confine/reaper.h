/* The one place that waits for children, so that no status is taken from its owner. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct error;
struct reaper;
struct rusage;

/* Becomes the subreaper of everything that the supervisor's children leave behind. */
int reaper_create(struct reaper **ret_reaper, struct error *error);
void reaper_destroy(struct reaper *reaper);

/* Claim a child: its status is kept until reaper_status gives it out. */
int reaper_claim(struct reaper *reaper, pid_t pid);

/* The status of a claimed child as wait(2) has it, looking once more now. True when it has ended;
 * the claim ends with that. */
bool reaper_status(struct reaper *reaper, pid_t pid, int *ret_status);

/* The same with what the kernel charged to it and to the descendants that were waited for. */
bool reaper_usage(struct reaper *reaper, pid_t pid, int *ret_status, struct rusage *ret_usage);

/* Drop a claim: the child, when it ends, is reaped like an orphan. */
void reaper_drop(struct reaper *reaper, pid_t pid);

/* Reap at most `limit` children, orphans and claimed ones. Returns how many; call again when it
 * equals the limit. */
unsigned reaper_collect(struct reaper *reaper, unsigned limit);
