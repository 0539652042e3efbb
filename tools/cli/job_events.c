/* The lifecycle events of a job, past and to come, from its supervisor's store or from its trace.
 */
#include "cli/job_events.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/field.h"
#include "cli/job_folder.h"
#include "libaxe/connection.h"

#define TRACE_NAME "trace.ndjson"
/* Where the kernel cannot tell of changes, and so that one that it forgot is found. */
#define LOOK_MS 100

/* Not an errno of anybody's: go on. */
#define GO_ON 1

struct telling {
	const struct job_events *events;
	json_t *summary; /* owned */
	FILE *trace; /* NULL: from the store */
	char *line; /* owned; room for one */
	size_t room;
	int changes; /* inotify */
};

/* Lines of the trace that are no events: a store does not have them, either. */
static const char *const trace_only[] = { "process.", "residue", "supervisor.pressure" };

static bool is_event(const char *type)
{
	for (size_t at = 0; at < sizeof(trace_only) / sizeof(*trace_only); at++) {
		size_t size = strlen(trace_only[at]);
		bool prefix = trace_only[at][size - 1] == '.';

		if (prefix ? strncmp(type, trace_only[at], size) == 0
			   : strcmp(type, trace_only[at]) == 0)
			return false;
	}
	return true;
}

/* An attempt that ended before the one that is meant was made is history. */
static bool is_last(const struct job_events *events, const json_t *event, const char *type)
{
	const json_t *attempt = json_object_get(event, "attempt");
	const char *time = field_text(event, "time");

	if (strcmp(type, "job.end") != 0 ||
		(events->since && time && strcmp(time, events->since) < 0))
		return false;
	return !json_is_integer(attempt) || json_integer_value(attempt) >= events->attempt;
}

/* GO_ON, or 0: it is over. */
static int tell(struct telling *telling, const json_t *event)
{
	const struct job_events *events = telling->events;
	const char *type = field_text(event, "type");
	int enough;

	if (!type || !is_event(type) || (uint64_t)field_integer(event, "seq") <= events->after)
		return GO_ON;
	enough = events->event ? events->event(event, events->data) : 0;
	if (events->job && is_last(events, event, type)) {
		telling->summary = json_incref(json_object_get(event, "data"));
		return 0;
	}
	return enough ? 0 : GO_ON;
}

/* Milliseconds to wait; -ETIME: none is left. */
static int time_left(const struct telling *telling, int most_ms)
{
	uint64_t deadline_ns = telling->events->deadline_ns, now_ns = clock_monotonic_ns();
	uint64_t left_ms;

	if (!deadline_ns)
		return most_ms;
	if (now_ns >= deadline_ns)
		return -ETIME;
	left_ms = (deadline_ns - now_ns) / NS_PER_MS + 1;
	return most_ms >= 0 && left_ms > (uint64_t)most_ms ? most_ms
	       : left_ms > INT32_MAX                       ? INT32_MAX
							   : (int)left_ms;
}

/* GO_ON: something may be there. */
static int wait_for(const struct telling *telling, int most_ms)
{
	const struct connection *connection = telling->events->connection;
	struct pollfd sources[] = {
		{ .fd = connection ? connection_descriptor(connection) : -1, .events = POLLIN },
		{ .fd = telling->changes, .events = POLLIN },
	};
	int left_ms = time_left(telling, most_ms);

	if (left_ms == -ETIME)
		return -ETIME;
	if (poll(sources, 2, left_ms) < 0 && errno != EINTR)
		return -errno;
	return GO_ON;
}

/* ---- from its trace ---- */

static void open_trace(struct telling *telling)
{
	int directory = telling->events->folder->directory;
	auto_fd fd = file_open_beneath(directory, TRACE_NAME, O_RDONLY, 0);
	char path[40];

	telling->trace = fd < 0 ? NULL : fdopen(fd, "r");
	if (!telling->trace)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(telling->trace));
	take_fd(&fd);
	telling->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (telling->changes >= 0)
		inotify_add_watch(telling->changes, path, IN_MODIFY);
}

/* All whole lines that are there. GO_ON: the end was not among them. */
static int tell_lines(struct telling *telling)
{
	int code = GO_ON;

	clearerr(telling->trace);
	while (code == GO_ON) {
		off_t start = ftello(telling->trace);
		ssize_t size = getline(&telling->line, &telling->room, telling->trace);
		auto_json event = NULL;

		if (size <= 0)
			break;
		if (telling->line[size - 1] != '\n') {
			/* Half of it is still to be written. */
			fseeko(telling->trace, start, SEEK_SET);
			break;
		}
		event = json_loads(telling->line, 0, NULL);
		if (event)
			code = tell(telling, event);
	}
	return code;
}

/* -EPIPE: the supervisor is gone, or has nothing to do with us any more. */
static int hear_supervisor(const struct telling *telling)
{
	char changes[4096];

	while (telling->changes >= 0 && read(telling->changes, changes, sizeof(changes)) > 0)
		;
	for (;;) {
		auto_reply reply = { 0 };
		int code = connection_take(telling->events->connection, &reply, NULL);

		if (code <= 0)
			return code;
	}
}

static int follow_trace(struct telling *telling)
{
	int gone = telling->events->connection ? 0 : -ENODATA;
	int code;

	open_trace(telling);
	if (!telling->trace)
		return -ENODATA;
	for (;;) {
		code = tell_lines(telling);
		/* What it had to say was read after it had gone. */
		if (code != GO_ON || gone)
			return code == GO_ON ? gone : code;
		code = wait_for(telling, LOOK_MS);
		if (code != GO_ON)
			return code;
		gone = hear_supervisor(telling) < 0 ? -EPIPE : 0;
	}
}

/* ---- from its store ---- */

static int subscribe(const struct telling *telling, struct error *error)
{
	const struct job_events *events = telling->events;
	json_t *parameters = json_object();

	if (!events->from_now)
		json_object_set_new(parameters, "after", json_integer((json_int_t)events->after));
	if (events->job)
		json_object_set_new(parameters, "job", json_integer((json_int_t)events->job));
	return connection_send_to(
		events->connection, "io.axe.Events.Subscribe", parameters, CONNECTION_MORE, error);
}

/* -ENOSYS: it keeps none, or never knew the job. */
static int hear_reply(struct telling *telling, const struct reply *reply, struct error *error)
{
	if (strcmp(reply->error, "StoreUnavailable") == 0 || strcmp(reply->error, "NotFound") == 0)
		return -ENOSYS;
	if (reply->error[0])
		return reply_check(reply, error);
	return tell(telling, json_object_get(reply->parameters, "event"));
}

static int follow_store(struct telling *telling, struct error *error)
{
	int code = subscribe(telling, error);

	for (code = code < 0 ? code : GO_ON; code == GO_ON;) {
		auto_reply reply = { 0 };

		code = connection_take(telling->events->connection, &reply, error);
		if (code == 1)
			code = hear_reply(telling, &reply, error);
		else if (code == 0)
			code = wait_for(telling, -1);
	}
	return code;
}

int job_events_tell(const struct job_events *events, json_t **ret_summary, struct error *error)
{
	struct telling telling = { .events = events, .changes = -1 };
	int code = events->connection ? follow_store(&telling, error) : -ENOSYS;

	if (code == -ENOSYS && events->folder)
		code = follow_trace(&telling);
	if (telling.trace)
		fclose(telling.trace);
	cleanup_fd(&telling.changes);
	free(telling.line);
	if (code == 0 && ret_summary)
		*ret_summary = json_incref(telling.summary);
	json_decref(telling.summary);
	return code;
}
