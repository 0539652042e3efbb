/* The one place that waits for children, so that no status is taken from its owner. */
#include "confine/reaper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/error.h"

struct claim {
	pid_t pid;
	bool ended;
	int status;
	struct rusage usage;
};

/* Sorted by pid. There are as many claims as assessments that run: few, while orphans are many. */
struct reaper {
	struct claim *claims;
	size_t count, room;
	int was_subreaper;
};

/* The place of pid, or where it belongs. */
static size_t claim_place(const struct reaper *reaper, pid_t pid)
{
	size_t low = 0, high = reaper->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (reaper->claims[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct claim *claim_find(struct reaper *reaper, pid_t pid)
{
	size_t place = claim_place(reaper, pid);

	if (place == reaper->count || reaper->claims[place].pid != pid)
		return NULL;
	return &reaper->claims[place];
}

static void claim_remove(struct reaper *reaper, struct claim *claim)
{
	struct claim *end = reaper->claims + reaper->count;

	memmove(claim, claim + 1, (size_t)(end - claim - 1) * sizeof(*claim));
	reaper->count--;
}

int reaper_create(struct reaper **ret_reaper, struct error *error)
{
	auto_free struct reaper *reaper = calloc(1, sizeof(*reaper));

	if (!reaper)
		return fail(error, ENOMEM, "make the reaper");
	if (prctl(PR_GET_CHILD_SUBREAPER, &reaper->was_subreaper) < 0 ||
		prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return fail(error, errno, "become the subreaper of what children leave behind");
	*ret_reaper = take_pointer(reaper);
	return 0;
}

void reaper_destroy(struct reaper *reaper)
{
	if (!reaper)
		return;
	prctl(PR_SET_CHILD_SUBREAPER, reaper->was_subreaper);
	free(reaper->claims);
	free(reaper);
}

int reaper_claim(struct reaper *reaper, pid_t pid)
{
	size_t place = claim_place(reaper, pid);

	if (claim_find(reaper, pid))
		return -EEXIST;
	if (reaper->count == reaper->room) {
		size_t room = reaper->room ? reaper->room * 2 : 16;
		struct claim *larger = realloc(reaper->claims, room * sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		reaper->claims = larger;
		reaper->room = room;
	}
	memmove(reaper->claims + place + 1, reaper->claims + place,
		(reaper->count - place) * sizeof(*reaper->claims));
	reaper->claims[place] = (struct claim){ .pid = pid };
	reaper->count++;
	return 0;
}

bool reaper_usage(struct reaper *reaper, pid_t pid, int *ret_status, struct rusage *ret_usage)
{
	struct claim *claim = claim_find(reaper, pid);

	if (!claim)
		return false;
	if (!claim->ended && wait4(pid, &claim->status, WNOHANG | __WALL, &claim->usage) != pid)
		return false;
	*ret_status = claim->status;
	*ret_usage = claim->usage;
	claim_remove(reaper, claim);
	return true;
}

bool reaper_status(struct reaper *reaper, pid_t pid, int *ret_status)
{
	struct rusage usage;

	return reaper_usage(reaper, pid, ret_status, &usage);
}

void reaper_drop(struct reaper *reaper, pid_t pid)
{
	struct claim *claim = claim_find(reaper, pid);

	if (claim)
		claim_remove(reaper, claim);
}

/*
 * One system call a child, without a look first: a claimed child's status is kept with its claim,
 * so that it makes no difference in which order the kernel gives them out. (A look with WNOWAIT
 * that leaves claimed ones alone would see the same claimed one again and again.)
 */
unsigned reaper_collect(struct reaper *reaper, unsigned limit)
{
	unsigned collected = 0;

	while (collected < limit) {
		int status;
		struct rusage usage;
		pid_t pid = wait4(-1, &status, WNOHANG | __WALL, &usage);
		struct claim *claim;

		if (pid <= 0)
			break;
		claim = claim_find(reaper, pid);
		/* Not a second one of the same pid: the first status is the owner's. */
		if (claim && !claim->ended) {
			claim->ended = true;
			claim->status = status;
			claim->usage = usage;
		}
		collected++;
	}
	return collected;
}
