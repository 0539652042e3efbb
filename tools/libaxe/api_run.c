/* One execution of one job, as its engine sees it: from the supervisor's first word to job.end. */
#include "libaxe/api_run.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/api_errors.h"
#include "libaxe/api_job.h"
#include "libaxe/rescue.h"

#define KILL_DEADLINE_DEFAULT_NS (10 * NS_PER_SEC)

struct run *run_create(const axe_job *job)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return NULL;
	run->references = 1;
	run->line = -1;
	run->kill_deadline_ns = KILL_DEADLINE_DEFAULT_NS;
	run->errors = errors_create();
	run->results = json_array();
	pthread_mutex_init(&run->rescue_lock, NULL);
	if (!run->errors || !run->results) {
		run_destroy(run);
		return NULL;
	}
	run->job = job;
	return run;
}

void run_destroy(struct run *run)
{
	if (!run)
		return;
	if (run->job)
		job_release(run->job);
	rescue_destroy(run->rescue);
	pthread_mutex_destroy(&run->rescue_lock);
	cleanup_fd(&run->line);
	axe_errors_free(run->errors);
	json_decref(run->end_event);
	json_decref(run->summary);
	json_decref(run->results);
	free(run->directory);
	free(run->socket);
	free(run->ticket);
	free(run->open);
	free(run);
}

/* True: there is none, or it was copied. */
static bool copy_text(char **place, const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (!text)
		return true;
	free(*place);
	*place = strdup(text);
	return *place;
}

bool run_take_start(struct run *run, const json_t *first)
{
	const json_t *number = json_object_get(first, "job");

	if (json_is_integer(number))
		run->number = (uint64_t)json_integer_value(number);
	return copy_text(&run->directory, first, "directory") &&
	       copy_text(&run->socket, first, "socket") && copy_text(&run->ticket, first, "ticket");
}

void run_hold_group(struct run *run, const char *group)
{
	pthread_mutex_lock(&run->rescue_lock);
	/* It fails for a job that is over before its first word arrives: nothing is left to end. */
	if (group && !run->rescue && rescue_open(group, &run->rescue, NULL) < 0)
		run->rescue = NULL;
	pthread_mutex_unlock(&run->rescue_lock);
}

bool run_begin_assessment(struct run *run, uint32_t index)
{
	if (run->open_count == run->open_room) {
		size_t room = run->open_room ? 2 * run->open_room : 8;
		uint32_t *open = reallocarray(run->open, room, sizeof(*open));

		if (!open)
			return false;
		run->open = open;
		run->open_room = room;
	}
	run->open[run->open_count++] = index;
	return true;
}

bool run_end_assessment(struct run *run, uint32_t index)
{
	for (size_t at = 0; at < run->open_count; at++) {
		if (run->open[at] != index)
			continue;
		run->open[at] = run->open[--run->open_count];
		return true;
	}
	return false;
}

unsigned run_rescue(struct run *run, struct error *error)
{
	unsigned survivors;

	pthread_mutex_lock(&run->rescue_lock);
	if (run->rescue && !run->rescued) {
		if (rescue_end(run->rescue, run->kill_deadline_ns, &run->survivors, error) < 0)
			run->survivors = 1;
		run->rescued = true;
	}
	survivors = run->survivors;
	pthread_mutex_unlock(&run->rescue_lock);
	return survivors;
}
