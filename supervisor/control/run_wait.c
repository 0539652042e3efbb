/* A run that waits for a slot: it is told of, may be withdrawn by its caller, or waits too long. */
#include <errno.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "control/listener.h"
#include "control/run.h"
#include "model/manifest.h"
#include "model/result.h"
#include "record/trace.h"

/* It has no number and no trace yet, so its events are the supervisor's. `data` is taken. */
static json_t *make_event(enum trace_type type, json_t *data)
{
	char time[CLOCK_TEXT_SIZE], boot_id[37];

	clock_format(clock_wall_ns(), time, sizeof(time));
	return json_pack("{s:i, s:s, s:I, s:s, s:s, s:o}", "v", 1, "time", time, "mono_ns",
		(json_int_t)clock_monotonic_ns(), "boot_id", clock_boot_id(boot_id), "type",
		trace_type_name(type), "data", data);
}

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

	run->owner->expired(run, run->owner->data);
}

static void tell_pending(struct run *run, size_t ahead, const json_t *running)
{
	auto_json event = make_event(
		TRACE_JOB_PENDING, json_pack("{s:s, s:I, s:O}", "name", run->manifest->name,
					   "ahead", (json_int_t)ahead, "running", running));

	if (!event)
		return;
	if (run->caller)
		run->caller->calls->pending(run->caller, run, event);
	run->owner->event(event, run->owner->data);
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
	tell_pending(run, ahead, running);
	return 0;
}

void run_withdraw(struct run *run)
{
	run->withdrawn = true;
	run->owner->look(run->owner->data);
}

void run_tell_withdrawn(struct run *run)
{
	auto_json event = NULL;

	run->code = AXE_E_JOB_CANCELED;
	run->summary = json_pack("{s:i, s:s, s:s, s:I, s:s, s:{}, s:o}", "v", 1, "name",
		run->manifest->name, "outcome", "canceled", "code", (json_int_t)run->code,
		"code_name", result_name(run->code), "counts", "duration_ms",
		json_ms(clock_monotonic_ns() - run->called_ns));
	event = make_event(TRACE_JOB_END, json_incref(run->summary));
	if (event && run->caller)
		run->caller->calls->event(run->caller, event);
	if (event)
		run->owner->event(event, run->owner->data);
	run_tell_end(run);
}

json_t *run_waiting_status(const struct run *run, size_t ahead)
{
	return json_pack("{s:n, s:s, s:s, s:I, s:o}", "job", "name", run->manifest->name, "state",
		"pending", "ahead", (json_int_t)ahead, "waiting_ms",
		json_ms(clock_monotonic_ns() - run->called_ns));
}
