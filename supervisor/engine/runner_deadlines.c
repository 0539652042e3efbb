/* The three deadlines of a try: its timeout, the leak grace, a cancel's grace. */
#include "base/clock.h"
#include "base/json.h"
#include "ending/signals.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "model/assessment.h"

/* The timeout: ask all its processes, then, after the grace, freeze and kill. */
static void deadline_expired(void *data)
{
	struct runner *runner = data;
	const struct assessment *assessment = runner->assessment;
	unsigned told;

	runner_look(runner);
	/* A natural end was first. Not so at the end of the grace: a root that obeyed may have left
	 * others that did not, and nothing else ends them. */
	if (runner->phase != RUNNER_RUNNING || (runner->root_waited && !runner->timed_out_ns))
		return;
	if (runner->timed_out_ns || !assessment->timeout_grace_ns) {
		if (!runner->timed_out_ns)
			runner->timed_out_ns = clock_monotonic_ns();
		runner_kill(runner, CAUSE_TIMEOUT);
		return;
	}
	runner->timed_out_ns = clock_monotonic_ns();
	runner_save(runner);
	runner_raise_cancel(runner);
	timer_arm(&runner->deadline, runner->timed_out_ns + assessment->timeout_grace_ns);
	told = signals_send(runner->group, assessment->timeout_signal);
	runner_emit(runner, TRACE_ASSESSMENT_TIMEOUT,
		json_pack("{s:o, s:i, s:i, s:o}", "timeout_ms", json_ms(assessment->timeout_ns),
			"signal", assessment->timeout_signal, "processes", (int)told, "grace_ms",
			json_ms(assessment->timeout_grace_ns)));
}

static void leak_expired(void *data)
{
	struct runner *runner = data;
	uint64_t now = clock_monotonic_ns();
	uint64_t exits = watch_slot(runner->watch)->exits;

	runner_look(runner);
	if (runner->phase != RUNNER_LEAVING)
		return;
	if (exits != runner->leak_exits && now < runner->leak_until_ns) {
		runner->leak_exits = exits;
		timer_arm(&runner->leak, now + runner->assessment->leak_grace_ns);
		return;
	}
	runner_kill(runner, CAUSE_LEAK);
}

static void cancel_grace_expired(void *data)
{
	struct runner *runner = data;

	runner_look(runner);
	if (runner->phase == RUNNER_RUNNING || runner->phase == RUNNER_LEAVING)
		runner_kill(runner, CAUSE_CANCEL_GRACE);
}

int runner_deadlines_init(struct runner *runner)
{
	sd_event *loop = runner->context->engine->loop;
	int code = timer_init(&runner->deadline, loop, deadline_expired, runner);

	if (code >= 0)
		code = timer_init(&runner->leak, loop, leak_expired, runner);
	if (code >= 0)
		code = timer_init(&runner->cancel_grace, loop, cancel_grace_expired, runner);
	return code;
}

void runner_deadlines_disarm(struct runner *runner)
{
	timer_disarm(&runner->deadline);
	timer_disarm(&runner->leak);
	timer_disarm(&runner->cancel_grace);
}

void runner_deadlines_finish(struct runner *runner)
{
	timer_finish(&runner->deadline);
	timer_finish(&runner->leak);
	timer_finish(&runner->cancel_grace);
}
