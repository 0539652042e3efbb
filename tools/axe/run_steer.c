/* The hand on the brake: what Ctrl-C and other signals ask of the job that runs. */
#include "axe/run_steer.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "axe/run_signals.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/poller.h"
#include "cli/progress.h"
#include "libaxe/connection.h"
#include "libaxe/supervisor.h"

#define SOCKET_SIZE 108
#define PENDING_MAX 8
#define REASON_SIZE 64
#define TICKET_SIZE 64

enum steer_level { STEER_GO_ON, STEER_CANCEL, STEER_TERMINATE };

/* What a reply answers; the supervisor answers in the order of the calls. */
enum steer_call { CALL_STATUS, CALL_CANCEL, CALL_TERMINATE };

struct steer {
	struct steer_config config;
	struct poller *poller;
	int signals_fd;
	struct poll_item signals, replies;
	struct connection *connection; /* NULL: none yet, or it cannot be reached */
	char socket[SOCKET_SIZE];
	char ticket[TICKET_SIZE]; /* empty: it did not wait */
	long long job;
	bool begun, over;
	enum steer_level wanted, asked;
	enum steer_call pending[PENDING_MAX];
	unsigned pending_count;
};

static void say(struct steer *steer, const char *text)
{
	progress_clear(steer->config.progress);
	fprintf(stderr, "axe: %s\n", text);
}

static bool is_pending(const struct steer *steer, enum steer_call call)
{
	for (unsigned index = 0; index < steer->pending_count; index++)
		if (steer->pending[index] == call)
			return true;
	return false;
}

static void hang_up(struct steer *steer)
{
	poll_item_remove(&steer->replies);
	connection_destroy(steer->connection);
	steer->connection = NULL;
	steer->pending_count = 0;
}

static void ask(struct steer *steer);

static void hear_termination(struct steer *steer, const struct reply *reply)
{
	struct error error = { 0 };
	int code = reply_check(reply, &error);

	if (code == -ETIME)
		say(steer, error.text);
	/* -ESRCH: the job ended by itself meanwhile, and its last answer is on its way. Or it had
	 * got its slot, but not begun. */
	if (code == -ESRCH && steer->ticket[0]) {
		steer->ticket[0] = '\0';
		ask(steer);
	}
}

static void hear(struct steer *steer, const struct reply *reply)
{
	enum steer_call call = steer->pending[0];

	if (steer->pending_count == 0)
		return;
	steer->pending_count--;
	memmove(steer->pending, steer->pending + 1, sizeof(*steer->pending) * steer->pending_count);
	switch (call) {
	case CALL_STATUS:
		if (!reply->error[0])
			progress_status(steer->config.progress,
				json_object_get(reply->parameters, "status"));
		break;
	case CALL_CANCEL:
		break;
	case CALL_TERMINATE:
		hear_termination(steer, reply);
		break;
	}
}

static void on_reply(void *data)
{
	struct steer *steer = data;
	int code;

	do {
		auto_reply reply = { 0 };

		code = connection_take(steer->connection, &reply, NULL);
		if (code == 1)
			hear(steer, &reply);
	} while (code == 1);
	if (code < 0)
		hang_up(steer);
}

static bool reach(struct steer *steer)
{
	if (steer->connection)
		return true;
	if (!steer->socket[0] || connection_open(steer->socket, &steer->connection, NULL) < 0)
		return false;
	poller_add(steer->poller, &steer->replies, connection_descriptor(steer->connection), POLLIN,
		on_reply, steer);
	return true;
}

/* The parameters are taken, also on failure. */
static bool call(struct steer *steer, enum steer_call call, const char *method, json_t *parameters)
{
	auto_json owned = parameters;

	if (steer->pending_count == PENDING_MAX || !reach(steer) ||
		connection_send(steer->connection, method, take_pointer(owned), false, NULL) < 0)
		return false;
	steer->pending[steer->pending_count++] = call;
	return true;
}

/* Where it cannot be called: SIGTERM means TerminateJob to a private supervisor. */
static void press(struct steer *steer)
{
	if (!steer->config.supervisor || supervisor_signal(steer->config.supervisor, SIGTERM) < 0)
		say(steer, "the supervisor cannot be reached");
}

/* The supervisor may run others, too. */
static json_t *job_parameters(const struct steer *steer)
{
	if (steer->begun)
		return json_pack("{s:I}", "job", (json_int_t)steer->job);
	return json_pack("{s:s}", "ticket", steer->ticket);
}

static json_t *grace_parameters(const struct steer *steer)
{
	/* 0 would mean that nothing follows; a person who says 0 means at once. */
	uint64_t grace_ns = steer->config.grace_ns ? steer->config.grace_ns : 1;
	json_t *parameters = job_parameters(steer);

	json_object_set_new(parameters, "grace_ns", json_integer((json_int_t)grace_ns));
	return parameters;
}

static void ask(struct steer *steer)
{
	if (!steer->begun && !steer->ticket[0])
		return;
	if (steer->wanted == STEER_CANCEL && steer->asked < STEER_CANCEL) {
		steer->asked = STEER_CANCEL;
		if (!call(steer, CALL_CANCEL, "CancelJob", grace_parameters(steer)))
			press(steer);
	} else if (steer->wanted == STEER_TERMINATE && !is_pending(steer, CALL_TERMINATE)) {
		steer->asked = STEER_TERMINATE;
		if (!call(steer, CALL_TERMINATE, "TerminateJob", job_parameters(steer)))
			press(steer);
	}
}

static void announce_cancel(struct steer *steer)
{
	char text[200], grace[TEXT_DURATION_SIZE];

	if (!steer->begun && steer->ticket[0]) {
		say(steer, "withdrawing the job, which waits for a slot");
		return;
	}
	snprintf(text, sizeof(text),
		"asked the job to stop; what still runs after %s is killed (Ctrl-C again: now)",
		text_format_duration(steer->config.grace_ns, grace));
	say(steer, text);
}

void steer_terminate(struct steer *steer, const char *reason)
{
	char text[REASON_SIZE + 40];

	snprintf(text, sizeof(text), "%.*s: terminating the job", REASON_SIZE, reason);
	say(steer, text);
	steer->wanted = STEER_TERMINATE;
	if (!steer->begun && steer->config.supervisor)
		steer->config.withdrawn(steer->config.data);
	else
		ask(steer);
}

static void hear_signal(struct steer *steer, int number)
{
	const char *name = sigabbrev_np(number);
	char reason[REASON_SIZE];

	if (steer->over) {
		say(steer, "not waiting for the rest of the output");
		steer->config.withdrawn(steer->config.data);
		return;
	}
	if (number == SIGINT && steer->wanted == STEER_GO_ON) {
		steer->wanted = STEER_CANCEL;
		announce_cancel(steer);
		ask(steer);
		return;
	}
	snprintf(reason, sizeof(reason), "SIG%s", name ? name : "?");
	steer_terminate(steer, reason);
}

static void on_signal(void *data)
{
	struct steer *steer = data;
	int number = run_signals_take(steer->signals_fd);

	/* The next one on the next turn: what this one asked for may be answered meanwhile. */
	if (number)
		hear_signal(steer, number);
}

int steer_create(struct poller *poller, const struct steer_config *config, struct steer **ret_steer,
	struct error *error)
{
	auto_of(steer) struct steer *steer = calloc(1, sizeof(*steer));

	if (!steer)
		return fail(error, ENOMEM, "listen to signals");
	steer->config = *config;
	steer->poller = poller;
	steer->signals_fd = run_signals_open();
	if (steer->signals_fd < 0)
		return fail(error, -steer->signals_fd, "listen to signals");
	poller_add(poller, &steer->signals, steer->signals_fd, POLLIN, on_signal, steer);
	*ret_steer = take_pointer(steer);
	return 0;
}

void steer_destroy(struct steer *steer)
{
	if (!steer)
		return;
	hang_up(steer);
	poll_item_remove(&steer->signals);
	cleanup_fd(&steer->signals_fd);
	free(steer);
}

void steer_wait(struct steer *steer, const char *ticket)
{
	snprintf(steer->socket, sizeof(steer->socket), "%s",
		steer->config.socket ? steer->config.socket : "");
	snprintf(steer->ticket, sizeof(steer->ticket), "%s", ticket);
	ask(steer);
}

void steer_begin(struct steer *steer, const char *socket, long long job)
{
	if (!socket)
		socket = steer->config.socket;
	snprintf(steer->socket, sizeof(steer->socket), "%s", socket ? socket : "");
	steer->begun = true;
	steer->job = job;
	/* What was asked of a job that had a slot, but had not begun, was refused. */
	steer->asked = STEER_GO_ON;
	ask(steer);
}

void steer_end(struct steer *steer)
{
	steer->over = true;
}

void steer_ask_status(struct steer *steer)
{
	if (steer->begun && !is_pending(steer, CALL_STATUS) && !is_pending(steer, CALL_TERMINATE))
		call(steer, CALL_STATUS, "GetStatus", job_parameters(steer));
}
