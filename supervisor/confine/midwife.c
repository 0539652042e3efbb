/* Births without a copy: the child shares our memory until it executes its program. */
#include "confine/midwife.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/thread.h"
#include "confine/bequest.h"
#include "confine/spawn.h"

/* Each may have one child that hangs before its program; beyond that children are copies. */
#define MIDWIVES_MOST 8
#define STACK_BYTES   (64 * 1024)
/* Whoever is born into a frozen group cannot say so. */
#define LOOK_NS 1000000

struct midwife {
	struct midwives *all;
	struct midwife *next; /* midwives::idle; under its lock, as is the next */
	unsigned kept_by; /* herself until she has borne, her caller until he knows */
	pthread_t thread;
	sem_t called;
	void *stack; /* the child's */
	struct bequest bequest; /* its memory is used again */
	int group;
	bool dismissed;
	/* What comes back. The kernel writes the first two, before the child runs. */
	pid_t pid;
	int pidfd;
	int code; /* of a clone that failed; before `answered` */
	uint32_t answered; /* a futex */
};

struct midwives {
	pthread_mutex_t lock; /* over what follows */
	struct midwife *idle;
	unsigned count; /* of all, those that do not come back included */
};

/* Not by the C library: what it would return to is the stack of who stands still. */
static long clone_sharing(const struct clone_args *arguments, const struct child_plan *plan)
{
#if defined(__x86_64__)
	register const struct child_plan *with __asm__("r12") = plan;
	register void (*body)(const struct child_plan *) __asm__("r13") = child_run;
	long result;

	__asm__ volatile(
		"syscall\n\t"
		"test %%rax, %%rax\n\t"
		"jnz 1f\n\t"
		"xor %%ebp, %%ebp\n\t"
		"mov %%r12, %%rdi\n\t"
		"call *%%r13\n\t"
		"hlt\n"
		"1:"
		: "=a"(result)
		: "0"(SYS_clone3), "D"(arguments), "S"(sizeof(*arguments)), "r"(with), "r"(body)
		: "rcx", "r11", "memory");
	return result;
#else
	return -ENOSYS;
#endif
}

static void answer(struct midwife *midwife)
{
	__atomic_store_n(&midwife->answered, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &midwife->answered, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void bear(struct midwife *midwife)
{
	const struct clone_args arguments = {
		.flags = CLONE_VM | CLONE_VFORK | CLONE_INTO_CGROUP | CLONE_PIDFD |
			 CLONE_PARENT_SETTID | CLONE_CLEAR_SIGHAND,
		.pidfd = (uintptr_t)&midwife->pidfd,
		.parent_tid = (uintptr_t)&midwife->pid,
		.exit_signal = SIGCHLD,
		.stack = (uintptr_t)midwife->stack,
		.stack_size = STACK_BYTES,
		.cgroup = (uint64_t)midwife->group,
	};
	long result = clone_sharing(&arguments, midwife->bequest.plan);

	if (result < 0)
		midwife->code = (int)result;
	answer(midwife);
}

/* Whoever is the last lets her be called again: what comes back is written until then, and read. */
static void let_go(struct midwife *midwife)
{
	struct midwives *all = midwife->all;

	pthread_mutex_lock(&all->lock);
	if (--midwife->kept_by == 0) {
		midwife->next = all->idle;
		all->idle = midwife;
	}
	pthread_mutex_unlock(&all->lock);
}

/* She never ends before all do: a program may have asked for a signal at the end of the thread that
 * bore it. */
static void *serve(void *data)
{
	struct midwife *midwife = data;

	for (;;) {
		while (sem_wait(&midwife->called) < 0)
			continue;
		if (midwife->dismissed)
			return NULL;
		bear(midwife);
		let_go(midwife);
	}
}

static void midwife_free(struct midwife *midwife)
{
	if (midwife->stack != MAP_FAILED)
		munmap(midwife->stack, STACK_BYTES);
	bequest_destroy(&midwife->bequest);
	sem_destroy(&midwife->called);
	free(midwife);
}

/* A child has the mask of who bears it, until it has its own: nothing of ours comes through. */
static struct midwife *midwife_create(struct midwives *all)
{
	struct midwife *midwife = calloc(1, sizeof(*midwife));

	if (!midwife)
		return NULL;
	midwife->all = all;
	sem_init(&midwife->called, 0, 0);
	midwife->stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (midwife->stack == MAP_FAILED ||
		thread_start(&midwife->thread, NULL, serve, midwife) < 0) {
		midwife_free(midwife);
		return NULL;
	}
	return midwife;
}

/* NULL: all have a child that hangs, or there is no thread to be had. */
static struct midwife *find_another(struct midwives *all)
{
	struct midwife *midwife = all->count < MIDWIVES_MOST ? midwife_create(all) : NULL;

	all->count += midwife != NULL;
	return midwife;
}

static struct midwife *find(struct midwives *all)
{
	struct midwife *midwife;

	pthread_mutex_lock(&all->lock);
	midwife = all->idle;
	if (midwife)
		all->idle = midwife->next;
	else
		midwife = find_another(all);
	if (midwife)
		midwife->kept_by = 1;
	pthread_mutex_unlock(&all->lock);
	return midwife;
}

/* As soon as the kernel has numbered the child, though it may not run yet. */
static void await(struct midwife *midwife)
{
	const struct timespec look = { .tv_nsec = LOOK_NS };

	while (!__atomic_load_n(&midwife->answered, __ATOMIC_ACQUIRE) &&
		!__atomic_load_n(&midwife->pid, __ATOMIC_ACQUIRE))
		syscall(SYS_futex, &midwife->answered, FUTEX_WAIT_PRIVATE, 0, &look, NULL, 0);
}

/*
 * Who becomes another user is a copy: until its program runs, that user could reach our memory in
 * it, and the kernel marks the memory of all who share it as not to be dumped.
 */
static bool may_share(const struct midwives *midwives, const struct spawn_plan *plan)
{
	return MIDWIVES_SHARE && midwives && !plan->set_credentials;
}

struct midwife *midwives_call(struct midwives *midwives, const struct spawn_plan *plan, int report)
{
	struct midwife *midwife = may_share(midwives, plan) ? find(midwives) : NULL;

	if (!midwife)
		return NULL;
	if (bequest_fill(plan, report, &midwife->bequest) < 0) {
		let_go(midwife);
		return NULL;
	}
	midwife->bequest.plan->alive = &midwife->answered;
	midwife->group = plan->group_fd;
	midwife->pid = 0;
	midwife->code = 0;
	midwife->answered = 0;
	midwife->kept_by = 2;
	sem_post(&midwife->called);
	return midwife;
}

pid_t midwife_await(struct midwife *midwife, int *ret_pidfd)
{
	pid_t pid;

	await(midwife);
	pid = __atomic_load_n(&midwife->pid, __ATOMIC_ACQUIRE);
	if (pid)
		*ret_pidfd = midwife->pidfd;
	else
		pid = midwife->code;
	let_go(midwife);
	return pid;
}

int midwives_create(struct midwives **ret_midwives)
{
	struct midwives *midwives = calloc(1, sizeof(*midwives));

	if (!midwives)
		return -ENOMEM;
	pthread_mutex_init(&midwives->lock, NULL);
	*ret_midwives = midwives;
	return 0;
}

void midwives_destroy(struct midwives *midwives)
{
	unsigned gone = 0;

	if (!midwives)
		return;
	pthread_mutex_lock(&midwives->lock);
	for (struct midwife *midwife; (midwife = midwives->idle); gone++) {
		midwives->idle = midwife->next;
		midwife->dismissed = true;
		sem_post(&midwife->called);
		pthread_join(midwife->thread, NULL);
		midwife_free(midwife);
	}
	pthread_mutex_unlock(&midwives->lock);
	/* Who does not come back now may do so later, and finds the list. */
	if (gone < midwives->count)
		return;
	pthread_mutex_destroy(&midwives->lock);
	free(midwives);
}
