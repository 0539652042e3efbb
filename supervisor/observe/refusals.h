/* How many system calls in a control group were refused a descriptor (EMFILE). */
#pragma once

#include <stdint.h>

struct error;
struct refusals;

/*
 * Count from here on, in the v2 group of that directory and in all below it, whoever is there.
 * Every system call of the machine is a little slower until refusals_destroy. Not counted are calls
 * that mean something else by EMFILE, such as inotify_init1 of too many instances. An error where
 * this kernel does not let us look.
 *
 * A process that lowered its own limit is refused in the same words. Takes a millisecond, but soon
 * after another one was destroyed one of the kernel's grace periods: 10 ms, under load 50.
 */
int refusals_create(int group_fd, struct refusals **ret_refusals, struct error *error);

/* Until now. Of NULL, 0. */
uint64_t refusals_count(const struct refusals *refusals);

/* NULL is fine. */
void refusals_destroy(struct refusals *refusals);
