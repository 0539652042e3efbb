/* What is done to the calls of a supervisor: told by a test in a file that both of them map. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What is counted, as tests/chaos/bad_calls.py has it. */
enum kind {
	KIND_OPEN = 1,
	KIND_WRITE = 2,
	KIND_SYNC = 4,
	KIND_NAME = 8, /* what changes a directory */
	KIND_SIZE = 16,
	KIND_READ = 32,
	KIND_MEMORY = 64,
};

/* Instead of an errno. */
#define KILL_BEFORE 1000
#define KILL_AFTER  1001

/* What has asked for memory, by the name that its call stack has in each life of the program. */
struct stack {
	_Atomic uint64_t name; /* 0: nobody's */
	_Atomic uint64_t seen;
};

#define STACKS 16384

struct bad_calls {
	_Atomic uint64_t kinds; /* 0: nothing is counted */
	_Atomic uint64_t left; /* until the first that is hit: 1 is the next one */
	_Atomic uint64_t span; /* how many are hit from then on */
	_Atomic uint64_t action;
	_Atomic uint64_t seen;
	_Atomic uint64_t hits;
	_Atomic uint64_t period; /* 1 of so many is hit, for as long as it is set */
	_Atomic uint64_t stack; /* the first that is hit has this name, if it is not 0 */
	_Atomic uint64_t naming; /* who asks for memory is written down below */
	char within[208]; /* only where the path has this in it */
	struct stack stacks[STACKS];
};

static struct bad_calls *calls;
static pid_t owner; /* its children are left alone */

__attribute__((constructor)) static void find_calls(void)
{
	const char *path = getenv("AXE_BAD_CALLS");
	int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
	void *map;

	/* Of what a supervisor starts, nothing is to be tested. */
	if (fd < 0 || strcmp(program_invocation_short_name, "axed") != 0)
		return;
	map = mmap(NULL, sizeof(*calls), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	syscall(SYS_close, fd);
	if (map == MAP_FAILED)
		_exit(EXIT_FAILURE);
	owner = getpid();
	calls = map;
}

static bool counts(enum kind kind)
{
	return calls && calls->kinds & kind && syscall(SYS_getpid) == owner;
}

static void die(void)
{
	syscall(SYS_kill, owner, SIGKILL);
	for (;;)
		pause();
}

/* What becomes of this call: 0 nothing, an errno, or KILL_AFTER. */
static uint64_t judge_counted(void)
{
	uint64_t action = calls->action, period = calls->period, left = calls->left;
	uint64_t number = atomic_fetch_add(&calls->seen, 1) + 1;

	if (period && number % period == 0) {
		calls->hits++;
		return action;
	}
	do {
		if (left == 0)
			return 0;
	} while (!atomic_compare_exchange_weak(&calls->left, &left, left > 1 ? left - 1 : 1));
	if (left > 1)
		return 0;
	/* The last of the span is the last of all. */
	if (atomic_fetch_sub(&calls->span, 1) <= 1)
		calls->left = 0;
	calls->hits++;
	if (action == KILL_BEFORE)
		die();
	return action;
}
