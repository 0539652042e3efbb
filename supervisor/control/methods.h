/* The methods that a client may call: name, parameters, handler. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct session;

#define METHOD_PARAMETERS_MAX 4

struct method_parameter {
	const char *name;
	json_type type; /* JSON_TRUE: either boolean */
	bool required;
};

/*
 * A handler answers its call by session_reply or session_fail, or says by session_wait that it
 * will. Its parameters were checked against the row: known, of that type, present where required.
 */
struct method {
	const char *name;
	void (*handle)(struct session *session, const json_t *parameters);
	bool streams; /* makes no sense without `more` */
	struct method_parameter parameters[METHOD_PARAMETERS_MAX];
};

/* All of them. */
const struct method *method_table(size_t *ret_count);

/* Answer a call: by its handler, or by what is wrong with it. */
void method_call(struct session *session, const char *name, const json_t *parameters);

/* methods_service.c: what every Varlink service tells. */
void service_get_info(struct session *session, const json_t *parameters);
void service_get_description(struct session *session, const json_t *parameters);

/* methods_run.c: a manifest comes in. */
void engine_execute_job(struct session *session, const json_t *parameters);
void engine_plan_job(struct session *session, const json_t *parameters);

/* methods_end.c: the three ways to end. */
void engine_cancel_assessment(struct session *session, const json_t *parameters);
void engine_cancel_job(struct session *session, const json_t *parameters);
void engine_terminate_job(struct session *session, const json_t *parameters);

/* methods_watch.c: what goes on. */
void engine_list_jobs(struct session *session, const json_t *parameters);
void engine_get_job(struct session *session, const json_t *parameters);
void engine_get_status(struct session *session, const json_t *parameters);
void engine_diagnose_host(struct session *session, const json_t *parameters);

/* methods_events.c: what happened and what happens. */
void events_subscribe(struct session *session, const json_t *parameters);
void events_get_events(struct session *session, const json_t *parameters);
void events_get_last(struct session *session, const json_t *parameters);
void events_list_types(struct session *session, const json_t *parameters);

/* methods_cluster.c: jobs come into the queue, and are changed there. */
void cluster_add_job(struct session *session, const json_t *parameters);
void cluster_submit_job(struct session *session, const json_t *parameters);
void cluster_queue_job(struct session *session, const json_t *parameters);
void cluster_modify_job(struct session *session, const json_t *parameters);
void cluster_hold_job(struct session *session, const json_t *parameters);
void cluster_release_job(struct session *session, const json_t *parameters);

/* methods_cluster_end.c: they are canceled, run again, and forgotten. */
void cluster_cancel_job(struct session *session, const json_t *parameters);
void cluster_cancel_jobs(struct session *session, const json_t *parameters);
void cluster_cancel_task(struct session *session, const json_t *parameters);
void cluster_requeue_job(struct session *session, const json_t *parameters);
void cluster_requeue_jobs(struct session *session, const json_t *parameters);
void cluster_requeue_task(struct session *session, const json_t *parameters);
void cluster_purge_job(struct session *session, const json_t *parameters);

/* methods_cluster_look.c: what is known of them, and the queue's parameters. */
void cluster_get_job(struct session *session, const json_t *parameters);
void cluster_list_jobs(struct session *session, const json_t *parameters);
void cluster_list_waiting(struct session *session, const json_t *parameters);
void cluster_list_tasks(struct session *session, const json_t *parameters);
void cluster_get_job_counter(struct session *session, const json_t *parameters);
void cluster_tell_parameters(struct session *session, const json_t *parameters);
void cluster_set_parameter(struct session *session, const json_t *parameters);
