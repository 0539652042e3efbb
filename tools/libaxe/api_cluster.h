/* The inside of a cluster's handle, and how its calls are made. */
#pragma once

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "axe/cluster.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/connection.h"

/* Connections that wait for the next call: as many as threads that call at once, usually. */
#define CLUSTER_IDLE_MAX 4

struct axe_cluster {
	char *socket; /* constant */

	/* Never held while the daemon is waited for. */
	pthread_mutex_t lock;

	/* Under the lock. */
	uint64_t timeout_ms; /* 0: none */
	char fault[sizeof(((struct error *)0)->text)]; /* of the last failure; "": none */
	struct connection *idle[CLUSTER_IDLE_MAX];
	size_t idle_count;
};

/* Remember why a call failed, and return `code`. */
axe_result cluster_fail(axe_cluster *cluster, axe_result code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Call a method of io.axe.Cluster and wait. `parameters` is taken; NULL: out of memory. `ret_reply`
 * must be empty, and holds the parameters of an error, too; NULL: nobody wants them. A failure is
 * remembered.
 */
axe_result cluster_ask(
	axe_cluster *cluster, const char *method, json_t *parameters, struct reply *ret_reply);

/* A connection for calls of one's own, up to the deadline; the caller's. */
axe_result cluster_connect(axe_cluster *cluster, struct connection **ret_connection);

/* Check a message as CancelJob takes it. `ret_message`: a new reference; NULL: none was given. */
axe_result cluster_message(
	axe_cluster *cluster, const char *text, size_t length, json_t **ret_message);

/* Numbers of jobs as an array; NULL: out of memory. */
json_t *cluster_numbers(const uint64_t *numbers, size_t count);

/* Names of the states of a set as an array, or null for all; NULL: there is no such state. */
json_t *cluster_states(uint32_t states);

/* The state of a job or a task. */
axe_state cluster_state(const json_t *object);

/* A new reference, as text; the caller frees it. */
char *cluster_dump(const json_t *json);

/* Of an answer. NULL: no such text. */
static inline const char *cluster_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* 0: no such number. */
static inline json_int_t cluster_number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}
