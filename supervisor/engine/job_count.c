/* How many are in a job that is about to be killed. */
#include "confine/group.h"
#include "confine/tree.h"
#include "engine/job_parts.h"
#include "engine/runner.h"
#include "scene/still.h"
#include "survey/frozen.h"

/* More than run at once are searched for. */
#define TRIES_KNOWN_MOST 16

static int count_in_group(struct job *job)
{
	int below[TRIES_KNOWN_MOST];
	struct job_try *running;
	size_t count = 0;

	if (!job->group)
		return 0;
	job_each_running(running, job)
	{
		if (count < TRIES_KNOWN_MOST && runner_directory(running->runner) >= 0)
			below[count++] = runner_directory(running->runner);
	}
	return tree_count(group_descriptor(job->group), below, count);
}

/* A picture has counted them; to ask the group takes longer than a small one's picture. */
uint64_t job_count_members(struct job *job)
{
	const struct still *still = job->receipt.still;
	uint64_t pictured;
	int count;

	if (still && frozen_picture_count(still_picture(still), &pictured))
		return pictured;
	count = count_in_group(job);
	return count > 0 ? (uint64_t)count : 0;
}
