/* The signals of the supervisor: they come out of its loop, or not at all. */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "base/error.h"

int signals_block(struct error *error)
{
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &blocked, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return fail(error, errno, "set up signals");
	return 0;
}
