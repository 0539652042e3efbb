/* Removing a folder with all that a stranger has put into it. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

struct error;

/*
 * Remove the folder `name` below `directory`, whatever was made in it: links are removed and never
 * followed, what is mounted stays, and depth costs no memory and few descriptors. It goes on past
 * what cannot be removed. May take long: not for the loop.
 *
 * 0: it is gone, or was not there; -ETIMEDOUT: the moment of CLOCK_MONOTONIC passed, which another
 * thread may bring nearer; else the first -errno, with what could not be removed.
 */
int removal_run(
	int directory, const char *name, const _Atomic uint64_t *deadline_ns, struct error *error);
