/* How a verb talks to the queue of a daemon. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#define QUEUE_SOCKET_DEFAULT "/run/axe/axed.sock"
#define QUEUE_SOCKET_HELP    "ask the daemon there (AXE_SOCKET, else " QUEUE_SOCKET_DEFAULT ")"

struct connection;
struct error;
struct job_name;
struct operands;

/* Connect to the daemon at `socket`, AXE_SOCKET or the default. An exit code, which was explained,
 * or 0. */
int queue_open(const char *verb, const char *socket, struct connection **ret_connection);

/*
 * Call a method of io.axe.Cluster and wait. `parameters` is taken. Says what went wrong and returns
 * the exit code, else 0 and, where `ret_answer` is not NULL, a new reference.
 */
int queue_call(const char *verb, struct connection *connection, const char *method,
	json_t *parameters, json_t **ret_answer);

/* The same without a word: 0 or -errno as cluster_reply_check has it. */
int queue_ask(struct connection *connection, const char *method, json_t *parameters,
	json_t **ret_answer, struct error *error);

/*
 * What the queue knows of a job, as GetJob answers, a new reference. `socket` NULL: AXE_SOCKET,
 * else the default. `ret_connection` may be NULL. 0, or -errno: -EPERM it is another user's, -ESRCH
 * the queue does not have it, -ENOSYS there is none, others when nobody is reached.
 */
int queue_look_up(const char *socket, uint64_t job, json_t **ret_answer,
	struct connection **ret_connection, struct error *error);

/* Who asked for an end of a job, the first one first: [{"type", "time", "uid", "pid"}]; a new
 * reference, NULL: nobody can tell. */
json_t *queue_askers(struct connection *connection, uint64_t job);

/* Do something to each of the jobs that were named, in this order, up to the first failure, whose
 * exit code is returned. Nothing is done when one of them is no job's name. */
typedef int queue_step(struct connection *connection, const struct job_name *name, void *data);
int queue_each(const char *verb, const struct operands *operands, const char *socket,
	queue_step *step, void *data);
