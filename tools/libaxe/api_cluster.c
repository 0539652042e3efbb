/* A cluster's handle, and how its calls are made: each has a connection to itself. */
#include "libaxe/api_cluster.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "libaxe/cluster_reply.h"

axe_result cluster_fail(axe_cluster *cluster, axe_result code, const char *format, ...)
{
	va_list arguments;

	pthread_mutex_lock(&cluster->lock);
	va_start(arguments, format);
	vsnprintf(cluster->fault, sizeof(cluster->fault), format, arguments);
	va_end(arguments);
	pthread_mutex_unlock(&cluster->lock);
	return code;
}

/* Nobody answered. */
static axe_result fail_silence(axe_cluster *cluster, int code, const struct error *error)
{
	switch (code) {
	case -ETIMEDOUT:
		return cluster_fail(cluster, AXE_E_TIMEOUT,
			"the daemon did not answer in time; what it was asked goes on");
	case -EACCES:
	case -EPERM:
		return cluster_fail(cluster, AXE_E_NOT_PERMITTED, "%s", error->text);
	case -ENOMEM:
	case -EMFILE:
	case -ENFILE:
		return cluster_fail(cluster, AXE_E_INTERNAL_ERROR, "%s", error->text);
	default:
		return cluster_fail(cluster, AXE_E_ENGINE_NOT_RUNNING, "%s", error->text);
	}
}

axe_result axe_cluster_open(const char *socket, axe_cluster **ret_cluster)
{
	struct connection *connection;
	axe_cluster *cluster;
	axe_result code;

	if (!ret_cluster || (socket && !*socket))
		return AXE_E_INVALID_ARGUMENT;
	cluster = calloc(1, sizeof(*cluster));
	if (!cluster)
		return AXE_E_INTERNAL_ERROR;
	pthread_mutex_init(&cluster->lock, NULL);
	cluster->socket = strdup(socket ? socket : AXE_CLUSTER_SOCKET);
	code = cluster->socket ? cluster_connect(cluster, &connection) : AXE_E_INTERNAL_ERROR;
	if (code != S_OK) {
		axe_cluster_close(cluster);
		return code;
	}
	cluster->idle[cluster->idle_count++] = connection;
	*ret_cluster = cluster;
	return S_OK;
}

void axe_cluster_close(axe_cluster *cluster)
{
	if (!cluster)
		return;
	while (cluster->idle_count)
		connection_destroy(cluster->idle[--cluster->idle_count]);
	pthread_mutex_destroy(&cluster->lock);
	free(cluster->socket);
	free(cluster);
}

axe_result axe_cluster_set_timeout(axe_cluster *cluster, uint64_t timeout_ms)
{
	if (!cluster)
		return AXE_E_INVALID_ARGUMENT;
	pthread_mutex_lock(&cluster->lock);
	cluster->timeout_ms = timeout_ms == AXE_FOREVER ? 0 : timeout_ms;
	pthread_mutex_unlock(&cluster->lock);
	return S_OK;
}

uint64_t axe_cluster_get_timeout(axe_cluster *cluster)
{
	uint64_t timeout_ms;

	if (!cluster)
		return 0;
	pthread_mutex_lock(&cluster->lock);
	timeout_ms = cluster->timeout_ms;
	pthread_mutex_unlock(&cluster->lock);
	return timeout_ms;
}

char *axe_cluster_error_message(axe_cluster *cluster)
{
	char *copy;

	if (!cluster)
		return strdup("");
	pthread_mutex_lock(&cluster->lock);
	copy = strdup(cluster->fault);
	pthread_mutex_unlock(&cluster->lock);
	return copy;
}

axe_result cluster_connect(axe_cluster *cluster, struct connection **ret_connection)
{
	struct error error = { 0 };
	int code = connection_open(cluster->socket, ret_connection, &error);

	return code < 0 ? fail_silence(cluster, code, &error) : S_OK;
}

/* NULL: none waits. */
static struct connection *take_idle(axe_cluster *cluster)
{
	struct connection *connection = NULL;

	pthread_mutex_lock(&cluster->lock);
	if (cluster->idle_count)
		connection = cluster->idle[--cluster->idle_count];
	pthread_mutex_unlock(&cluster->lock);
	return connection;
}

static void put_idle(axe_cluster *cluster, struct connection *connection)
{
	bool kept;

	pthread_mutex_lock(&cluster->lock);
	kept = cluster->idle_count < CLUSTER_IDLE_MAX;
	if (kept)
		cluster->idle[cluster->idle_count++] = connection;
	pthread_mutex_unlock(&cluster->lock);
	if (!kept)
		connection_destroy(connection);
}

/* One that waited may be of a daemon that has ended since: nothing was asked yet, so ask anew. */
static axe_result take_line(axe_cluster *cluster, struct connection **ret_connection)
{
	struct connection *connection;

	while ((connection = take_idle(cluster))) {
		auto_reply unasked = { 0 };

		if (connection_take(connection, &unasked, NULL) == 0) {
			*ret_connection = connection;
			return S_OK;
		}
		connection_destroy(connection);
	}
	return cluster_connect(cluster, ret_connection);
}

static uint64_t read_deadline(axe_cluster *cluster)
{
	uint64_t timeout_ms = axe_cluster_get_timeout(cluster), now_ns = clock_monotonic_ns();

	if (!timeout_ms || timeout_ms > (CONNECTION_FOREVER - now_ns) / NS_PER_MS)
		return CONNECTION_FOREVER;
	return now_ns + timeout_ms * NS_PER_MS;
}

/* `parameters` is taken. */
static int converse(struct connection *connection, const char *method, json_t *parameters,
	uint64_t deadline_ns, struct reply *ret_reply, struct error *error)
{
	uint64_t now_ns;
	char name[128];
	int code;

	snprintf(name, sizeof(name), "io.axe.Cluster.%s", method);
	connection_bound_sending(connection, deadline_ns);
	code = connection_send_to(connection, name, parameters, CONNECTION_ONE, error);
	if (code < 0)
		return code;
	now_ns = clock_monotonic_ns();
	return connection_wait(connection,
		deadline_ns == CONNECTION_FOREVER ? CONNECTION_FOREVER
		: deadline_ns > now_ns            ? deadline_ns - now_ns
						  : 0,
		ret_reply, error);
}

axe_result cluster_ask(
	axe_cluster *cluster, const char *method, json_t *parameters, struct reply *ret_reply)
{
	auto_of(connection) struct connection *connection = NULL;
	auto_json owned = parameters;
	auto_reply reply = { 0 };
	struct error error = { 0 };
	axe_result code;
	int done;

	if (!owned)
		return cluster_fail(cluster, AXE_E_INTERNAL_ERROR, "out of memory");
	code = take_line(cluster, &connection);
	if (code != S_OK)
		return code;
	done = converse(
		connection, method, take_pointer(owned), read_deadline(cluster), &reply, &error);
	if (done < 0)
		return fail_silence(cluster, done, &error);
	put_idle(cluster, take_pointer(connection));
	code = cluster_reply_code(&reply);
	if (code != S_OK) {
		cluster_reply_check(&reply, &error);
		cluster_fail(cluster, code, "%s", error.text);
	}
	if (ret_reply) {
		*ret_reply = reply;
		reply.parameters = NULL;
	}
	return code;
}
