/*
 * Inside an assessment: learn that it shall stop, and report how it goes (axe/support.h).
 *
 * Two connections to the socket that AXE_SUPPORT names: one for calls, and one, made when somebody
 * asks for it, on which AwaitCancel was called and whose answer nobody ever reads, so that its
 * descriptor stays readable once it has come. There is no thread. Without axe there is neither;
 * a descriptor that nobody rings stands in for the second.
 */
#include "axe/support.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "libaxe/connection.h"
#include "libaxe/support_environment.h"
#include "model/report.h"

#define INTERFACE    "io.axe.Support"
#define ANSWER_NS    (30 * NS_PER_SEC) /* of a supervisor that is there, but stopped */
#define REPLY_MOST   512 /* bytes of an answer to AwaitCancel */
#define POLL_MOST_MS 3600000

struct axe_support {
	pid_t pid; /* who opened it: after a fork it is of no use */
	struct support_environment environment;
	const char *path; /* in the environment; NULL: without axe */
	struct connection *calls; /* NULL: without axe, or it has gone */
	struct connection *cancel; /* where AwaitCancel was called; NULL: not yet */
	int bell; /* stands in for that one; rung when the supervisor has gone */
	bool canceled;
};

static void lose(axe_support *support)
{
	connection_destroy(take_pointer(support->calls));
	eventfd_write(support->bell, 1);
}

static bool is_own(const axe_support *support)
{
	return support->pid == getpid();
}

/* 0 with the answer, or -errno: there is nobody to ask. `parameters` is taken. */
static int call(
	axe_support *support, const char *method, json_t *parameters, struct reply *ret_reply)
{
	int code;

	if (!support->calls || !is_own(support)) {
		json_decref(parameters);
		return -ENOTCONN;
	}
	code = connection_send_to(support->calls, method, parameters, CONNECTION_ONE, NULL);
	if (code == 0)
		code = connection_wait(support->calls, ANSWER_NS, ret_reply, NULL);
	if (code < 0)
		lose(support);
	return code;
}

static int connect_calls(axe_support *support)
{
	int code = connection_open(support->path, &support->calls, NULL);

	if (code == 0 || code == -ENOMEM || code == -EMFILE || code == -ENFILE)
		return code;
	lose(support);
	return 0;
}

static int set_up(axe_support *support)
{
	int code = support_environment_read(&support->environment);

	if (code < 0)
		return code;
	support->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (support->bell < 0)
		return -errno;
	support->path = support_environment_get(&support->environment, "AXE_", "SUPPORT");
	return support->path ? connect_calls(support) : 0;
}

axe_result axe_support_open(axe_support **ret_support)
{
	axe_support *support = calloc(1, sizeof(*support));

	if (!support)
		return AXE_E_INTERNAL_ERROR;
	support->pid = getpid();
	support->bell = -1;
	if (set_up(support) < 0) {
		axe_support_close(support);
		return AXE_E_INTERNAL_ERROR;
	}
	*ret_support = support;
	return S_OK;
}

void axe_support_close(axe_support *support)
{
	if (!support)
		return;
	connection_destroy(support->calls);
	connection_destroy(support->cancel);
	cleanup_fd(&support->bell);
	support_environment_finish(&support->environment);
	free(support);
}

/* One that has ended is at its end of file, since nothing is ever left unread in it. */
bool axe_support_is_running(const axe_support *support)
{
	char byte;

	if (!support->calls || !is_own(support))
		return false;
	return recv(connection_descriptor(support->calls), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       (errno == EAGAIN || errno == EINTR);
}

static int await_cancel(axe_support *support)
{
	auto_of(connection) struct connection *connection = NULL;
	int code = connection_open(support->path, &connection, NULL);

	if (code == 0)
		code = connection_send_to(
			connection, INTERFACE ".AwaitCancel", NULL, CONNECTION_ONE, NULL);
	if (code == 0)
		support->cancel = take_pointer(connection);
	return code;
}

int axe_support_cancel_descriptor(axe_support *support)
{
	if (support->path && is_own(support) && !support->cancel && await_cancel(support) < 0)
		lose(support);
	return support->cancel ? connection_descriptor(support->cancel) : support->bell;
}

/* The answer that came before the supervisor went. */
static bool was_told(const axe_support *support)
{
	char answer[REPLY_MOST + 1];
	ssize_t got;

	if (!support->cancel)
		return false;
	got = recv(connection_descriptor(support->cancel), answer, REPLY_MOST,
		MSG_PEEK | MSG_DONTWAIT);
	if (got <= 0)
		return false;
	answer[got] = '\0';
	/* Whole, and no error. */
	return strlen(answer) < (size_t)got && !strstr(answer, "\"error\"");
}

bool axe_support_is_canceled(axe_support *support)
{
	auto_reply reply = { .parameters = NULL };

	if (support->canceled || !is_own(support))
		return support->canceled;
	if (call(support, INTERFACE ".GetState", NULL, &reply) == 0)
		support->canceled = json_is_true(json_object_get(reply.parameters, "canceled"));
	else
		support->canceled = was_told(support);
	return support->canceled;
}

/* 1: it is readable; 0: that time has come. */
static int wait_readable(int fd, uint64_t deadline_ns)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	for (;;) {
		uint64_t now_ns = clock_monotonic_ns();
		uint64_t left_ms =
			deadline_ns > now_ns ? (deadline_ns - now_ns) / NS_PER_MS + 1 : 0;
		int code = poll(&poller, 1, left_ms > POLL_MOST_MS ? POLL_MOST_MS : (int)left_ms);

		if (code > 0)
			return 1;
		if (left_ms == 0 || (code < 0 && errno != EINTR))
			return 0;
	}
}

axe_result axe_support_wait_cancel(axe_support *support, uint64_t timeout_ms)
{
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t deadline_ns = timeout_ms < (UINT64_MAX - now_ns) / NS_PER_MS
				       ? now_ns + timeout_ms * NS_PER_MS
				       : UINT64_MAX;
	int fd = axe_support_cancel_descriptor(support);

	if (support->canceled)
		return AXE_E_ASSESSMENT_CANCELED;
	if (!wait_readable(fd, deadline_ns))
		return S_OK;
	return axe_support_is_canceled(support) ? AXE_E_ASSESSMENT_CANCELED
						: AXE_E_ENGINE_NOT_RUNNING;
}

static json_t *report_parameters(const struct report *report)
{
	json_t *parameters = json_pack("{s:s}", "type", report_type_name(report->type));

	if (report->has_value)
		json_object_set_new(parameters, "value", json_integer((json_int_t)report->value));
	if (report->message)
		json_object_set_new(parameters, "message", json_string(report->message));
	return parameters;
}

static axe_result send_report(axe_support *support, const struct report *report)
{
	auto_reply reply = { .parameters = NULL };

	if (call(support, INTERFACE ".ReportProgress", report_parameters(report), &reply) < 0)
		return S_OK;
	if (strcmp(reply.error, "LimitReached") == 0)
		return AXE_E_LIMIT_REACHED;
	if (reply.error[0])
		return AXE_E_INVALID_ARGUMENT;
	support->canceled |= json_is_true(json_object_get(reply.parameters, "canceled"));
	return S_OK;
}

axe_result axe_support_report(axe_support *support, axe_progress type, int64_t value,
	const char *message, bool *ret_canceled)
{
	struct report report = { .type = type, .value = value, .message = message };
	axe_result result;

	/* A value where none belongs is a fault; 0 is none there. */
	report.has_value = value != 0 || (unsigned)type > AXE_PROGRESS_TEST_CASE ||
			   report_type_has_value(type);
	if (report_find_fault(&report))
		return AXE_E_INVALID_ARGUMENT;
	result = send_report(support, &report);
	if (result == S_OK && ret_canceled)
		*ret_canceled = support->canceled;
	return result;
}

const char *axe_support_parameter(const axe_support *support, const char *name)
{
	return support_environment_get(&support->environment, "AXE_PARAMETER_", name);
}

const char *axe_support_temp_directory(const axe_support *support)
{
	return support_environment_get(&support->environment, "AXE_", "TEMP");
}

const char *axe_support_results_directory(const axe_support *support)
{
	return support_environment_get(&support->environment, "AXE_", "RESULTS");
}

bool axe_support_identity(const axe_support *support, uint64_t *ret_job, uint32_t *ret_attempt,
	uint32_t *ret_assessment, uint32_t *ret_try)
{
	const struct support_environment *environment = &support->environment;
	uint64_t job, attempt, assessment, try_number;

	if (!support_environment_number(environment, "JOB", INT64_MAX, &job) ||
		!support_environment_number(environment, "ATTEMPT", UINT32_MAX, &attempt) ||
		!support_environment_number(environment, "ASSESSMENT", UINT32_MAX, &assessment) ||
		!support_environment_number(environment, "TRY", UINT32_MAX, &try_number))
		return false;
	*ret_job = job;
	*ret_attempt = (uint32_t)attempt;
	*ret_assessment = (uint32_t)assessment;
	*ret_try = (uint32_t)try_number;
	return true;
}
