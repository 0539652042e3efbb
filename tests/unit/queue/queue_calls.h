/* Calls to the queue of a test, and their answers. */
#pragma once

#include "unit/queue/queue_case.h"

/* The answer of one call. */
struct answer {
	unsigned count;
	axe_result code;
	char error[64];
	json_t *parameters; /* owned */
	unsigned *order; /* shared by several: how many were answered before */
	unsigned place;
};

#define auto_answer __attribute__((cleanup(answer_finish))) struct answer

static inline void answer_finish(struct answer *answer)
{
	json_decref(answer->parameters);
	*answer = (struct answer){ .count = 0 };
}

static inline void answered(
	axe_result code, const char *error, const json_t *parameters, void *data)
{
	struct answer *answer = data;

	answer->count++;
	answer->code = code;
	snprintf(answer->error, sizeof(answer->error), "%s", error ? error : "");
	json_decref(answer->parameters);
	answer->parameters = json_deep_copy(parameters);
	if (answer->order)
		answer->place = (*answer->order)++;
}

static inline struct queue_caller root_calls(struct answer *answer)
{
	return (struct queue_caller){ { .uid = 0, .pid = 1, .admin = true }, answered, answer };
}

static inline struct queue_caller user_calls(uid_t uid, struct answer *answer)
{
	return (struct queue_caller){ { .uid = uid, .pid = 2 }, answered, answer };
}

static inline void expect_done(const struct answer *answer)
{
	if (answer->count != 1 || answer->error[0])
		fail_msg("%u answers, the last: %s", answer->count, answer->error);
}

static inline void expect_refused(const struct answer *answer, const char *error, axe_result code)
{
	assert_int_equal(1, answer->count);
	assert_string_equal(error, answer->error);
	assert_int_equal(code, answer->code);
}

static inline json_int_t number_in(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static inline const char *text_in(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* Single quotes for readability. */
static inline struct manifest *case_manifest(const char *text)
{
	auto_free char *json = strdup(text);
	struct manifest_error wrong;
	struct manifest *manifest;
	auto_json source = NULL;

	for (char *at = json; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	source = json_loads(json, 0, NULL);
	assert_non_null(source);
	assert_int_equal(0, manifest_parse(source, &manifest, &wrong));
	return manifest;
}

#define MANIFEST_ONE "{'name': 'one', 'assessments': [{'name': 'a', 'command': 'true'}]}"
#define MANIFEST_THREE                                                                             \
	"{'name': 'three', 'assessments': [{'name': 'a', 'command': 'true'},"                      \
	" {'name': 'b', 'command': 'true'}, {'name': 'c', 'command': 'true'}]}"

static inline uint64_t case_queue_with(struct queue_case *test, const struct queue_caller *caller,
	const char *manifest, const struct job_wishes *wishes)
{
	struct answer *answer = caller->data;
	struct queue_new job = { case_manifest(manifest), *wishes };

	queue_queue(test->queue, caller, &job, 1);
	case_dispatch(test);
	expect_done(answer);
	return (uint64_t)json_integer_value(
		json_array_get(json_object_get(answer->parameters, "jobs"), 0));
}

static inline uint64_t case_queue(struct queue_case *test, const char *manifest)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	return case_queue_with(test, &caller, manifest, &JOB_WISHES_NONE);
}

static inline uint64_t case_add(struct queue_case *test, const char *manifest)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	struct queue_new job = { case_manifest(manifest), JOB_WISHES_NONE };

	queue_add(test->queue, &caller, &job, 1);
	case_dispatch(test);
	expect_done(&answer);
	return (uint64_t)json_integer_value(
		json_array_get(json_object_get(answer.parameters, "jobs"), 0));
}
