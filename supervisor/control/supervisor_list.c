/* Which jobs a supervisor has: those that run, and those that wait. */
#include <string.h>

#include "control/supervisor_parts.h"

static struct run *find_job(const struct list_link *runs, uint64_t job)
{
	struct run *run;

	list_for_each (run, runs, link)
		if (job_id(run->job) == job)
			return run;
	return NULL;
}

struct run *supervisor_find_job(const struct supervisor *supervisor, uint64_t job)
{
	return find_job(&supervisor->running, job);
}

/* How many wait before it. */
static size_t count_ahead(const struct supervisor *supervisor, const struct run *waiting)
{
	size_t ahead = 0;
	struct run *run;

	list_for_each (run, &supervisor->waiting, link) {
		if (run == waiting)
			break;
		ahead++;
	}
	return ahead;
}

json_t *supervisor_status(const struct supervisor *supervisor, uint64_t job)
{
	const struct run *run = find_job(&supervisor->running, job);

	if (run)
		return job_status(run->job);
	run = find_job(&supervisor->waiting, job);
	return run ? run_waiting_status(run, count_ahead(supervisor, run)) : NULL;
}

static struct run *find_ticket(const struct list_link *runs, const char *ticket)
{
	struct run *run;

	list_for_each (run, runs, link)
		if (run->ticket[0] && strcmp(run->ticket, ticket) == 0)
			return run;
	return NULL;
}

struct run *supervisor_find_ticket(const struct supervisor *supervisor, const char *ticket)
{
	struct run *run = find_ticket(&supervisor->waiting, ticket);

	return run ? run : find_ticket(&supervisor->running, ticket);
}

unsigned supervisor_count_waiting(const struct supervisor *supervisor, uid_t owner)
{
	const struct run *run;
	unsigned count = 0;

	list_for_each (run, &supervisor->waiting, link)
		count += job_owner(run->job) == owner;
	return count;
}

struct run *supervisor_first(const struct supervisor *supervisor)
{
	const struct list_link *running = &supervisor->running;

	return list_empty(running) ? NULL : container_of(running->next, struct run, link);
}

json_t *supervisor_running(const struct supervisor *supervisor)
{
	json_t *jobs = json_array();
	struct run *run;

	list_for_each (run, &supervisor->running, link)
		if (!run->ended)
			json_array_append_new(jobs, json_integer((json_int_t)job_id(run->job)));
	return jobs;
}

json_t *supervisor_list(const struct supervisor *supervisor)
{
	json_t *jobs = json_array();
	size_t ahead = 0;
	struct run *run;

	list_for_each (run, &supervisor->running, link)
		json_array_append_new(jobs, job_status(run->job));
	list_for_each (run, &supervisor->waiting, link)
		json_array_append_new(jobs, run_waiting_status(run, ahead++));
	return jobs;
}

void supervisor_forget(struct supervisor *supervisor, void *data)
{
	struct run *run;

	list_for_each (run, &supervisor->waiting, link)
		terminations_forget(&run->terminations, run->job, data);
	list_for_each (run, &supervisor->running, link)
		terminations_forget(&run->terminations, run->job, data);
}
