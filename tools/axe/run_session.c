/*
 * One job and its client: the conversation with the supervisor from ExecuteJob to the last answer.
 *
 * The first reply names the job's folder and group, which are held open from then on; each further
 * one is a lifecycle event; the last one ends the call. End of file before that says that the
 * supervisor is dead: then the group is ours to end, before anything else is done.
 */
#include "axe/run_session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "axe/run_hold.h"
#include "axe/run_output.h"
#include "axe/run_steer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/field.h"
#include "cli/poller.h"
#include "cli/progress.h"
#include "cli/relay.h"
#include "libaxe/connection.h"

#define STATUS_NS (250 * NS_PER_MS)
#define BEAT_NS   (60 * NS_PER_SEC)

struct session {
	struct session_config config;
	struct session_end *end;
	struct poller poller;
	struct poll_item replies, clock;
	struct steer *steer;
	struct run_output *output; /* NULL: the files are enough */
	struct relay *relay;
	struct run_hold hold;
	json_t *results; /* as the events told them */
};

/* Nothing more comes from the supervisor; what it wrote may still have to be copied. */
static void close_conversation(struct session *session)
{
	poll_item_remove(&session->replies);
	poll_item_remove(&session->clock);
	relay_destroy(session->relay);
	session->relay = NULL;
	steer_end(session->steer);
	progress_clear(session->config.progress);
	if (!session->output) {
		poller_leave(&session->poller);
		return;
	}
	/* Of a command that could not begin there was no event, yet there may be output. */
	run_output_open(session->output, session->hold.directory);
	run_output_end(session->output);
}

static void output_drained(void *data)
{
	struct session *session = data;

	poller_leave(&session->poller);
}

static void output_broken(int code, void *data)
{
	struct session *session = data;
	char reason[64] = "nobody reads the output";

	if (code != EPIPE)
		snprintf(reason, sizeof(reason), "write the output: %s", strerror(code));
	/* The job may be over already; what it printed is lost all the same. */
	session->end->output_code = code;
	if (poll_item_is_added(&session->replies))
		steer_terminate(session->steer, reason);
}

static void withdrawn(void *data)
{
	struct session *session = data;

	session->end->withdrawn = true;
	poller_leave(&session->poller);
}

static void started(struct session *session, const json_t *first)
{
	session->end->begun = true;
	run_hold_take(&session->hold, first, session->config.supervisor != NULL);
	progress_started(session->config.progress, first, session->hold.directory);
}

static void hear_event(struct session *session, const json_t *event)
{
	const char *type = field_text(event, "type");

	if (!type)
		return;
	if (strcmp(type, "job.begin") == 0)
		steer_begin(session->steer, session->hold.socket, session->hold.job);
	if (strcmp(type, "assessment.begin") == 0 && session->output)
		run_output_open(session->output, session->hold.directory);
	if (strcmp(type, "assessment.end") == 0)
		json_array_append(session->results, json_object_get(event, "data"));
	report_event(session->config.format, event);
	progress_event(session->config.progress, event);
}

static void ended(struct session *session, const json_t *parameters)
{
	json_t *told = json_object_get(parameters, "summary");
	json_t *summary = json_is_object(told) ? json_copy(told) : json_copy((json_t *)parameters);
	auto_json written = run_hold_results(&session->hold);

	/* Written results are whole; those of the events lack what never ran. */
	if (written)
		json_object_set(summary, "assessments", written);
	else if (!json_object_get(summary, "assessments"))
		json_object_set(summary, "assessments", session->results);
	session->end->summary = summary;
	close_conversation(session);
}

static void hear(struct session *session, const struct reply *reply)
{
	const json_t *event = json_object_get(reply->parameters, "event");
	const char *ticket = field_text(reply->parameters, "ticket");

	if (ticket)
		steer_wait(session->steer, ticket);
	session->end->refusal = reply_check(reply, &session->end->error);
	if (session->end->refusal < 0)
		close_conversation(session);
	else if (!reply->continues)
		ended(session, reply->parameters);
	else if (event)
		hear_event(session, event);
	else
		started(session, reply->parameters);
}

/* Kill first, talk later. */
static void supervisor_died(struct session *session)
{
	struct session_end *end = session->end;

	end->lost = true;
	end->theirs = !session->config.supervisor;
	end->job = session->hold.job;
	end->error = (struct error){ 0 };
	end->survivors =
		run_hold_end_job(&session->hold, session->config.kill_deadline_ns, &end->error);
	close_conversation(session);
}

static void on_reply(void *data)
{
	struct session *session = data;

	while (poll_item_is_added(&session->replies)) {
		auto_reply reply = { 0 };
		int code =
			connection_take(session->config.connection, &reply, &session->end->error);

		if (code == 0)
			break;
		if (code == 1)
			hear(session, &reply);
		else
			supervisor_died(session);
	}
}

static uint64_t clock_period(const struct session *session)
{
	return session->config.progress->mode == PROGRESS_LIVE ? STATUS_NS : BEAT_NS;
}

static void on_clock(void *data)
{
	struct session *session = data;

	steer_ask_status(session->steer);
	progress_beat(session->config.progress);
	poll_item_wake_in(&session->clock, clock_period(session));
}

static int add_output(struct session *session, struct error *error)
{
	const struct run_output_owner owner = { output_drained, output_broken, session };

	if (!session->config.command)
		return 0;
	return run_output_create(&session->poller, session->config.format != REPORT_TEXT, &owner,
		&session->output, error);
}

static int add_relay(struct session *session, struct error *error)
{
	if (session->config.terminal_pipe < 0)
		return 0;
	return relay_create(&session->poller, STDIN_FILENO, take_fd(&session->config.terminal_pipe),
		&session->relay, error);
}

static int add_steer(struct session *session, struct error *error)
{
	const struct steer_config config = {
		.supervisor = session->config.supervisor,
		.progress = session->config.progress,
		.socket = session->config.socket,
		.grace_ns = session->config.grace_ns,
		.withdrawn = withdrawn,
		.data = session,
	};

	return steer_create(&session->poller, &config, &session->steer, error);
}

static void add_clocks(struct session *session)
{
	poller_add(&session->poller, &session->replies,
		connection_descriptor(session->config.connection), POLLIN, on_reply, session);
	poller_add_clock(&session->poller, &session->clock, on_clock, session);
	if (session->config.progress->mode != PROGRESS_NONE)
		poll_item_wake_in(&session->clock, clock_period(session));
}

static int prepare(struct session *session, struct error *error)
{
	int (*const steps[])(struct session *, struct error *) = {
		add_output,
		add_relay,
		add_steer,
	};

	poller_init(&session->poller);
	for (size_t index = 0; index < sizeof(steps) / sizeof(*steps); index++) {
		int code = steps[index](session, error);

		if (code < 0)
			return code;
	}
	add_clocks(session);
	return 0;
}

static void finish(struct session *session)
{
	run_output_destroy(session->output);
	relay_destroy(session->relay);
	steer_destroy(session->steer);
	poll_item_remove(&session->replies);
	poll_item_remove(&session->clock);
	run_hold_finish(&session->hold);
	cleanup_fd(&session->config.terminal_pipe);
	json_decref(session->results);
	session->config.progress->directory = -1;
}

int session_run(const struct session_config *config, json_t *parameters,
	struct session_end *ret_end, struct error *error)
{
	struct session session = {
		.config = *config,
		.end = ret_end,
		.results = json_array(),
	};
	int code;

	run_hold_init(&session.hold);
	code = prepare(&session, error);
	*ret_end = (struct session_end){ .summary = NULL };
	if (code == 0)
		code = connection_send(config->connection, "ExecuteJob", parameters, true, error);
	else
		json_decref(parameters);
	/* -EPIPE: it died before it could listen, which its end of file says as well. */
	if (code == 0 || code == -EPIPE)
		code = poller_run(&session.poller);
	if (code == 0 && session.output)
		ret_end->output_cut = run_output_report(session.output);
	finish(&session);
	return code;
}

void session_end_finish(struct session_end *end)
{
	json_decref(end->summary);
	end->summary = NULL;
}
