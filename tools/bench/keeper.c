/* What outlives a bench that is ended: one process measures, another waits and tidies up. */
#include "bench/keeper.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

/* Longer than a supervisor takes that is asked to end while something does not die. */
#define LEFT_MOST_S 20

struct keeper {
	sigset_t signals;
	pid_t worker; /* 0: it has ended */
	int status, signal;
};

static void fill_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGHUP);
	sigaddset(signals, SIGCHLD);
}

/* False: no child is left. */
static bool reap(struct keeper *keeper)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != keeper->worker)
			continue;
		keeper->worker = 0;
		keeper->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	}
	return pid == 0;
}

static void await_worker(struct keeper *keeper)
{
	while (keeper->worker) {
		int signal = sigwaitinfo(&keeper->signals, NULL);

		if (signal > 0 && signal != SIGCHLD) {
			keeper->signal = signal;
			kill(keeper->worker, SIGKILL);
		}
		reap(keeper);
	}
}

static void await_rest(struct keeper *keeper)
{
	const struct timespec most = { .tv_sec = LEFT_MOST_S };

	/* A second signal is no reason to leave anything. */
	while (reap(keeper))
		if (sigtimedwait(&keeper->signals, NULL, &most) < 0 && errno == EAGAIN)
			return;
}

static _Noreturn void be_worker(int (*work)(void *data), void *data, const sigset_t *signals)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigprocmask(SIG_UNBLOCK, signals, NULL);
	exit(work(data));
}

int keeper_run(
	int (*work)(void *data), void *data, int *ret_status, int *ret_signal, struct error *error)
{
	struct keeper keeper = { .status = -1 };

	fill_signals(&keeper.signals);
	sigprocmask(SIG_BLOCK, &keeper.signals, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	fflush(NULL);
	keeper.worker = fork();
	if (keeper.worker < 0)
		return fail(error, errno, "start the process that measures");
	if (keeper.worker == 0)
		be_worker(work, data, &keeper.signals);
	await_worker(&keeper);
	await_rest(&keeper);
	*ret_status = keeper.status;
	*ret_signal = keeper.signal;
	return 0;
}
