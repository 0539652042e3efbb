/* What the supervisor was started with: it outgrows some of it, its children get all of it back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

struct error;

/* As the kernel has them; the C library keeps two for itself. */
#define KERNEL_SIGNALS     64
#define KERNEL_SIGSET_SIZE 8 /* bytes */

#define HERITAGE_NUMBER_SIZE 12 /* of any number from INT_MIN on, with its end */

struct heritage {
	struct rlimit files; /* RLIMIT_NOFILE */
	char oom_score_adj[HERITAGE_NUMBER_SIZE]; /* as the kernel takes it */
	bool oom_changed; /* so that a child has something to put back */
	uint64_t ignored; /* signals that this process ignores, by a bit each: 1 << (number - 1) */
};

/*
 * Write down what was inherited; then raise the own soft limit of open files to the hard one, and
 * ask the kernel's OOM killer to spare this process where that is allowed (CAP_SYS_RESOURCE), since
 * with it dies the record of all that runs. What is refused stays as it was: no failure. Called
 * when the own signals are set: a signal that is ignored only later stays ignored in the children.
 */
int heritage_outgrow(struct heritage *ret_heritage, struct error *error);

/* In a child, before exec: 0 or a positive errno. Allocates nothing. */
int heritage_restore(const struct heritage *heritage);
