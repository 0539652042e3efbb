/* A soft signal to everything in a group: a request, never the way to end it. */
#include "ending/signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/pidfd.h>

#include "base/cleanup.h"
#include "confine/group.h"

#define MEMBERS_MOST 32768
/* Descriptors open at once. */
#define SEND_AT_ONCE 256

struct members {
	pid_t *pids;
	int count;
};

static int compare_pids(const void *left, const void *right)
{
	pid_t a = *(const pid_t *)left, b = *(const pid_t *)right;

	return (a > b) - (a < b);
}

static int members_read(struct group *group, struct members *ret_members)
{
	pid_t *pids = calloc(MEMBERS_MOST, sizeof(*pids));
	int count;

	if (!pids)
		return -ENOMEM;
	count = group_processes(group, pids, MEMBERS_MOST);
	if (count < 0) {
		free(pids);
		return count;
	}
	if (count > MEMBERS_MOST)
		count = MEMBERS_MOST;
	qsort(pids, (size_t)count, sizeof(*pids), compare_pids);
	*ret_members = (struct members){ pids, count };
	return 0;
}

static bool members_have(const struct members *members, pid_t pid)
{
	return bsearch(&pid, members->pids, (size_t)members->count, sizeof(pid), compare_pids);
}

/*
 * A pid that is a member, opened, and a member still afterwards: the descriptor is of a member, for
 * a stranger would have to get the pid and lose it to a member again in between.
 */
static unsigned send_to_some(struct group *group, const pid_t *pids, int count, int signal)
{
	struct members after = { NULL, 0 };
	int pidfds[SEND_AT_ONCE];
	unsigned sent = 0;

	for (int i = 0; i < count; i++)
		pidfds[i] = pidfd_open(pids[i], 0);
	members_read(group, &after);
	for (int i = 0; i < count; i++) {
		if (pidfds[i] >= 0 && members_have(&after, pids[i]))
			sent += pidfd_send_signal(pidfds[i], signal, NULL, 0) == 0;
		cleanup_fd(&pidfds[i]);
	}
	free(after.pids);
	return sent;
}

unsigned signals_send(struct group *group, int signal)
{
	struct members members;
	unsigned sent = 0;

	if (members_read(group, &members) < 0)
		return 0;
	for (int i = 0; i < members.count; i += SEND_AT_ONCE) {
		int rest = members.count - i;

		sent += send_to_some(
			group, members.pids + i, rest < SEND_AT_ONCE ? rest : SEND_AT_ONCE, signal);
	}
	free(members.pids);
	return sent;
}
