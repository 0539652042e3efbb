/* Members that no longer are in their group, ended one by one: by pidfd, never by a bare pid. */
#include "ending/strays.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/process.h"
#include "observe/ledger.h"

/* /proc counts start times in ticks; the ledger has nanoseconds of the same clock. */
static bool is_same_process(const struct axe_process_key *key)
{
	uint64_t ticks_per_second = (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t ticks = process_start_ticks((pid_t)key->tgid);

	return ticks && ticks == key->start_ns / (NS_PER_SEC / ticks_per_second);
}

static bool count_living(const struct ledger_process *process, void *data)
{
	uint64_t *count = data;

	*count += is_same_process(&process->key);
	return true;
}

uint64_t strays_count(const struct ledger *ledger)
{
	uint64_t count = 0;

	ledger_each(ledger, count_living, &count);
	return count;
}

static bool kill_escaped(const struct ledger_process *process, void *data)
{
	unsigned *count = data;
	auto_fd pidfd = -1;

	if (!(process->flags & AXE_PROCESS_ESCAPED))
		return true;
	/* Open first, compare then: the descriptor cannot change hands any more. */
	pidfd = pidfd_open((pid_t)process->key.tgid, 0);
	if (pidfd >= 0 && is_same_process(&process->key))
		*count += pidfd_send_signal(pidfd, SIGKILL, NULL, 0) == 0;
	return true;
}

unsigned strays_kill(const struct ledger *ledger)
{
	unsigned count = 0;

	ledger_each(ledger, kill_escaped, &count);
	return count;
}
