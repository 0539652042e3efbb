/*
 * The reference: what the kernel itself needs, with nothing of axe around it.
 *
 * It gives the same guarantee: every process of a group of its own stands still, so that it could
 * be looked at, and is then proved dead by the group's own file. The file is read again and again,
 * because the kernel notifies of it at most once in 10 ms: without a pause, and with naps, each of
 * which is the faster for some crowds. The faster of the two is the reference; nothing bare is
 * faster and still knows. Who does without the look needs no freeze, and is faster: bare_kill,
 * measured in the same turns.
 *
 * A round forks. A child that shares the memory (CLONE_VM, CLONE_VFORK) saves up to a sixth of it,
 * but its parent waits uninterruptibly until the program is executed, which a file system that
 * hangs may put off for ever: without the threads that the supervisor has for it, that is less than
 * the same guarantee.
 */
#pragma once

#include "base/cleanup.h"
#include "bench/bare_group.h"
#include "bench/load.h"

struct bare;
struct error;

/* A group below the v2 tree, for all that follows. */
int bare_create(struct bare **ret_bare, struct error *error);

/* Kills what is in it, removes it. NULL is fine. */
void bare_destroy(struct bare *bare);
DEFINE_CLEANUP(bare)

/* The milliseconds from the first write to an empty group: freeze, wait, kill, wait. */
int bare_terminate(struct bare *bare, struct crowd crowd, enum bare_wait wait, double *ret_ms,
	struct error *error);

/* The same without the freeze. */
int bare_kill(struct bare *bare, struct crowd crowd, enum bare_wait wait, double *ret_ms,
	struct error *error);

/* One round of mkdir, clone3 into it, exec of /bin/true, wait and rmdir, `count` times over, by
 * `parallel` processes together: milliseconds a round. */
int bare_rounds(
	struct bare *bare, unsigned count, unsigned parallel, double *ret_ms, struct error *error);

/* "forks N" in the group: milliseconds as the loop itself measured. */
int bare_forks(struct bare *bare, unsigned count, double *ret_ms, struct error *error);
