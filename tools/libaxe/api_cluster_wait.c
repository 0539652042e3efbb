/* Waiting for a job of the queue to have ended. */
#include <poll.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "libaxe/api_cluster.h"

/* An event tells that it is worth looking; without events, or should one be missed, so does time.
 */
#define LOOK_MS       1000
#define LOOK_ALONE_MS 100

static bool has_ended(const axe_job_info *info)
{
	axe_state state = axe_job_info_state(info);

	if (axe_job_info_runs_again(info))
		return false;
	return state == AXE_STATE_FINISHED || state == AXE_STATE_FAILED ||
	       state == AXE_STATE_CANCELED;
}

/* NULL: it tells no events, and is asked again and again. */
static struct connection *listen_to(axe_cluster *cluster, uint64_t number)
{
	auto_of(connection) struct connection *connection = NULL;
	json_t *asked = json_pack("{s:I, s:[s]}", "job", (json_int_t)number, "types", "job.end");

	if (connection_open(cluster->socket, &connection, NULL) < 0 ||
		connection_send_to(connection, "io.axe.Events.Subscribe", take_pointer(asked),
			CONNECTION_MORE, NULL) < 0) {
		json_decref(asked);
		return NULL;
	}
	return take_pointer(connection);
}

/* False: no more will come. */
static bool drain(struct connection *connection)
{
	for (;;) {
		auto_reply reply = { 0 };
		int code = connection_take(connection, &reply, NULL);

		if (code <= 0)
			return code == 0;
		if (reply.error[0])
			return false;
	}
}

/* Until there may be something new. False: the deadline has passed. */
static bool await_news(struct connection **connection, uint64_t deadline_ns)
{
	struct pollfd poller = {
		.fd = *connection ? connection_descriptor(*connection) : -1,
		.events = POLLIN,
	};
	uint64_t now_ns = clock_monotonic_ns(), left_ms;
	uint64_t look_ms = *connection ? LOOK_MS : LOOK_ALONE_MS;

	if (now_ns >= deadline_ns)
		return false;
	left_ms = (deadline_ns - now_ns) / NS_PER_MS + 1;
	poll(&poller, 1, (int)(left_ms < look_ms ? left_ms : look_ms));
	if (*connection && !drain(*connection)) {
		connection_destroy(*connection);
		*connection = NULL;
	}
	return true;
}

static uint64_t deadline_after(uint64_t timeout_ms)
{
	uint64_t now_ns = clock_monotonic_ns();

	return timeout_ms > (UINT64_MAX - now_ns) / NS_PER_MS ? UINT64_MAX
							      : now_ns + timeout_ms * NS_PER_MS;
}

axe_result axe_cluster_wait_job(
	axe_cluster *cluster, uint64_t number, uint64_t timeout_ms, axe_job_info **ret_info)
{
	auto_of(connection) struct connection *connection = NULL;
	uint64_t deadline_ns = deadline_after(timeout_ms);

	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	connection = listen_to(cluster, number);
	for (;;) {
		axe_job_info *info = NULL;
		axe_result code = axe_cluster_get_job(cluster, number, &info);
		bool ended = code == S_OK && has_ended(info);

		if (ended && ret_info)
			*ret_info = take_pointer(info);
		axe_job_info_free(info);
		if (ended || code != S_OK)
			return code;
		if (!await_news(&connection, deadline_ns))
			return cluster_fail(cluster, AXE_E_TIMEOUT, "the job has not ended yet");
	}
}
