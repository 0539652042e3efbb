/* Which system calls a program is refused: built once in the parent, only loaded in the child. */
#pragma once

#include <stddef.h>

#include "model/assessment.h"

struct error;
struct filter;
struct sock_fprog;

/*
 * A filter that answers EPERM to the calls of a profile, in every ABI that this machine runs
 * (x86-64, x32 and i386; arm64 and arm; s390x and s390), and lets all else pass. A system call of
 * an ABI that the filter does not know ends the process by SIGSYS.
 *
 * What it bounds is calls, not root: who may write to /proc/sysrq-trigger or /dev/mem needs none of
 * them. SECCOMP_NONE: success with a NULL filter.
 *
 * The child loads it while it still has CAP_SYS_ADMIN, after its limits and before its credentials,
 * and without no_new_privs: programs that are setuid go on working. So a profile must not refuse
 * what is still to come then: setgroups, setresgid, setresuid, keyctl, openat, fcntl, dup2, chdir,
 * execve, write, exit_group. For a user who is not root no_new_privs is set before it all the same:
 * a filter must not lie to a setuid program (spawn_plan::no_new_privileges). Without CAP_SYS_ADMIN
 * the stage `seccomp` fails with EACCES.
 */
int filter_create(enum seccomp_profile profile, struct filter **ret_filter, struct error *error);
void filter_destroy(struct filter *filter);

/* For spawn_plan::filter; lives as long as the filter. NULL of NULL. */
const struct sock_fprog *filter_program(const struct filter *filter);

/* A call that profile `safe` refuses. */
struct filter_row {
	const char *call; /* "reboot"; some exist in one ABI only */
	const char *reason; /* what it would do to the machine */
};

/* All of them. *ret_count is their number. */
const struct filter_row *filter_rows(size_t *ret_count);
