/* A run that waits for a slot: it is told of, may be withdrawn by its caller, or waits too long. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "control/listener.h"
#include "control/run.h"
#include "record/trace.h"

static int make_ticket(char ticket[static RUN_TICKET_SIZE])
{
	unsigned char bytes[(RUN_TICKET_SIZE - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return -EAGAIN;
	for (size_t index = 0; index < sizeof(bytes); index++)
		snprintf(ticket + 2 * index, 3, "%02x", bytes[index]);
	return 0;
}

static void deadline_expired(void *data)
{
	struct run *run = data;

	if (job_waits(run->job))
		job_refuse(run->job, AXE_E_JOB_WAIT_TIMEOUT, RUN_TIMEOUT_TEXT);
}

int run_wait(
	struct run *run, sd_event *loop, size_t ahead, const json_t *running, struct error *error)
{
	int code = make_ticket(run->ticket);

	if (code == 0)
		code = timer_init(&run->deadline, loop, deadline_expired, run);
	if (code < 0)
		return fail(error, -code, "let the job wait");
	if (run->options.wait_bounded)
		timer_arm(&run->deadline, run->called_ns + run->options.wait_ns);
	/* The job has a copy of the rest, which may be large. */
	run_options_finish(&run->options);
	run->pending_untold = true;
	job_wait(run->job, ahead, running);
	return 0;
}

bool run_waits(const struct run *run)
{
	return job_waits(run->job);
}

bool run_waited(const struct run *run)
{
	return run->ticket[0];
}

static bool is_pending(const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));

	return strcmp(type, trace_type_name(TRACE_JOB_PENDING)) == 0;
}

void run_tell_event(struct run *run, const json_t *event)
{
	if (!is_pending(event)) {
		if (run->caller)
			run->caller->calls->event(run->caller, event);
		return;
	}
	run->pending_untold = false;
	if (run->caller)
		run->caller->calls->pending(run->caller, run, event);
	/* A slow disk may have been overtaken by a slot. */
	if (run->start_untold)
		run_tell_start(run);
}

json_t *run_waiting_status(const struct run *run, size_t ahead)
{
	json_t *status = job_status(run->job);

	json_object_set_new(status, "ahead", json_integer((json_int_t)ahead));
	json_object_set_new(status, "waiting_ms", json_ms(clock_monotonic_ns() - run->called_ns));
	return status;
}
