/* Every key in each of its places: a good value changes the job, a wrong one is refused there. */
#include "unit/model/manifest_case.h"

#include <stdio.h>

#include "unit/model/manifest_text.h"

/* `key` is the path without the place: that of `assessments[].limits.pids` is `limits.pids`. */
struct sample {
	const char *key;
	const char *good;
	const char *wrong;
	const char *inside; /* what the refusal's path has behind the key's own */
	const char *beside; /* keys that the object needs as well; NULL: none */
};

static const struct sample samples[] = {
	{ "$schema", "'https://example.org/axe.json'", "5", "", NULL },
	{ "schema", "'1'", "[]", "", NULL },
	{ "name", "'another'", "''", "", NULL },
	{ "parallel", "2", "0", "", NULL },
	{ "runtime", "'2h'", "'soon'", "", NULL },
	{ "stop_on_failure", "true", "'yes'", "", NULL },
	{ "on_reboot", "'requeue'", "'again'", "", NULL },
	{ "on_supervisor_stop", "'keep'", "'pause'", "", NULL },
	{ "parameters", "{'p': 'v'}", "['p']", "", NULL },
	{ "parameters.*", "'v'", "5", "", NULL },
	{ "parameters.*.value", "'v'", "5", "", NULL },
	{ "parameters.*.read_only", "true", "1", "", "{'value': 'v'}" },
	{ "defaults", "{'timeout': '1s'}", "[]", "", NULL },
	{ "limits_optional", "true", "'maybe'", "", NULL },
	{ "assessments", "[{'command': 'x'}]", "{}", "", NULL },
	{ "post", "{'command': 'x'}", "[]", "", NULL },

	{ "command", "['x', 'y']", "[]", "", NULL },
	{ "stdin", "'/dev/zero'", "'zero'", "", NULL },
	{ "stdin_inherited", "true", "'yes'", "", NULL },
	{ "environment_inherited", "true", "1", "", NULL },
	{ "environment", "{'HTTP2_PORT': '80'}", "{'2PORT': '80'}", ".2PORT", NULL },
	{ "workdir", "'/tmp'", "'tmp'", "", NULL },
	{ "keep_temp", "true", "'yes'", "", NULL },
	{ "user", "'nobody'", "''", "", NULL },
	{ "seccomp", "'safe'", "'harmless'", "", NULL },
	{ "exit_codes", "'ltp'", "'none'", "", NULL },
	{ "exit_codes.pass", "[3]", "[256]", "[0]", NULL },
	{ "exit_codes.fail", "[0]", "3", "", NULL },
	{ "exit_codes.skip", "[77]", "[-1]", "[0]", NULL },
	{ "exit_codes.broken", "[99]", "['x']", "[0]", NULL },
	{ "cancel_signal", "'INT'", "'TEMR'", "", NULL },
	{ "timeout", "'1s'", "5", "", NULL },
	{ "timeout_signal", "'INT'", "0", "", NULL },
	{ "timeout_grace", "'1s'", "'-1s'", "", NULL },
	{ "leaks", "'allow'", "'never'", "", NULL },
	{ "leak_grace", "'1s'", "true", "", NULL },
	{ "residue", "'ignore'", "'leave'", "", NULL },
	{ "depends", "['other']", "['nobody']", "[0]", NULL },
	{ "repeat", "2", "0", "", NULL },
	{ "retry", "1", "-1", "", NULL },
	{ "retry.times", "1", "101", "", NULL },
	{ "retry.on", "['oom']", "['canceled']", "[0]", "{'times': 1}" },
	{ "rerunnable", "false", "'no'", "", NULL },

	{ "limits", "{'pids': 9}", "9", "", NULL },
	{ "limits.memory", "'64M'", "'64X'", "", NULL },
	{ "limits.swap", "'64M'", "-1", "", NULL },
	{ "limits.pids", "9", "0", "", NULL },
	{ "limits.cpu", "'50%'", "'0%'", "", NULL },
	{ "limits.cpus", "'0'", "'1-0'", "", NULL },
	{ "limits.io", "{'wbps': '1M'}", "{}", "", NULL },
	{ "limits.io.rbps", "'1M'", "1", "", NULL },
	{ "limits.io.wbps", "'1M'", "'fast'", "", NULL },
	{ "limits.io.riops", "9", "0", "", NULL },
	{ "limits.io.wiops", "9", "'1.5'", "", NULL },
	{ "limits.files", "64", "3", "", NULL },
	{ "limits.core", "0", "-1", "", NULL },
};

/* What no value of changes a job: for editors. */
static const char *const silent[] = { "$schema", "schema" };

static const char *key_of(const char *path)
{
	static const char *const places[] = { "defaults.", "assessments[].", "post." };

	for (size_t at = 0; at < COUNT(places); at++)
		if (strncmp(path, places[at], strlen(places[at])) == 0)
			return path + strlen(places[at]);
	return path;
}

static const struct sample *sample_of(const char *path)
{
	for (size_t at = 0; at < COUNT(samples); at++)
		if (strcmp(samples[at].key, key_of(path)) == 0)
			return &samples[at];
	fail_msg("`%s` has no sample: add one, and a row of the table of proofs", path);
	return NULL;
}

static bool is_silent(const char *path)
{
	for (size_t at = 0; at < COUNT(silent); at++)
		if (strcmp(silent[at], key_of(path)) == 0)
			return true;
	return false;
}

/* A name of the author's own. */
static const char *written(const char *name)
{
	return strcmp(name, "*") == 0 ? "p" : name;
}

/* The object of a job that a key stands in, made where it is missing; its own name comes back. */
static json_t *object_of(json_t *job, char *path, const char **ret_name)
{
	char *rest = NULL, *name = strtok_r(path, ".", &rest), *next;

	for (; (next = strtok_r(NULL, ".", &rest)); name = next) {
		json_t *inner;

		if (strcmp(name, "assessments[]") == 0) {
			job = json_array_get(json_object_get(job, "assessments"), 0);
			continue;
		}
		inner = json_object_get(job, written(name));
		if (!inner) {
			inner = json_object();
			json_object_set_new(job, written(name), inner);
		}
		job = inner;
	}
	*ret_name = written(name);
	return job;
}

static json_t *plain_job(const char *path)
{
	json_t *job = case_json("{'assessments': [{'name': 'one', 'command': ['true']},"
				" {'name': 'other', 'command': ['true']}]}");

	if (strncmp(path, "post", 4) == 0)
		json_object_set_new(job, "post", case_json("{'command': ['true']}"));
	return job;
}

/* A job with this key, and without it where `value` is NULL. */
static json_t *job_of(const char *path, const struct sample *sample, const char *value)
{
	json_t *job = plain_job(path), *object;
	auto_free char *copy = strdup(path);
	const char *name;

	assert_non_null(copy);
	object = object_of(job, copy, &name);
	if (sample->beside)
		json_object_update_new(object, case_json(sample->beside));
	if (value)
		json_object_set_new(object, name, case_json(value));
	return job;
}

static char *meaning_of(json_t *job)
{
	struct manifest *manifest = case_accepted(job);
	char *text = manifest_text(manifest);

	manifest_destroy(manifest);
	return text;
}

static void check_good(const char *path, bool built, void *data)
{
	const struct sample *sample = built ? sample_of(path) : NULL;
	auto_free char *with = NULL, *without = NULL;

	if (!built)
		return;
	with = meaning_of(job_of(path, sample, sample->good));
	without = meaning_of(sample->beside ? job_of(path, sample, NULL) : plain_job(path));
	if (!is_silent(path) && strcmp(with, without) == 0)
		fail_msg("`%s`: %s changes nothing", path, sample->good);
}

static void every_key_is_taken_over_in_each_of_its_places(void **state)
{
	manifest_visit_keys(check_good, NULL);
}

/* "assessments[].limits.pids" of the first one is "assessments[0].limits.pids". */
static void concrete_path(const char *path, char *buffer, size_t size)
{
	const char *mark = strpbrk(path, "]*");

	if (!mark)
		snprintf(buffer, size, "%s", path);
	else
		snprintf(buffer, size, "%.*s%s%s", (int)(mark - path), path,
			*mark == '*' ? "p" : "0", *mark == '*' ? mark + 1 : mark);
}

static void check_wrong(const char *path, bool built, void *data)
{
	static const struct sample later = { .wrong = "[]", .inside = "" };
	const struct sample *sample = built ? sample_of(path) : &later;
	struct manifest_error error = case_refused(job_of(path, sample, sample->wrong));
	char concrete[128], expected[160];

	concrete_path(path, concrete, sizeof(concrete));
	snprintf(expected, sizeof(expected), "%s%s", concrete, sample->inside);
	assert_string_equal(expected, error.path);
	if (!built)
		assert_non_null(strstr(error.found, "does not build yet"));
}

static void every_key_refuses_a_wrong_value_at_its_own_path(void **state)
{
	manifest_visit_keys(check_wrong, NULL);
}

/* Both assessments get what the defaults say, as if each had said it itself. */
static void check_default(const char *path, bool built, void *data)
{
	const struct sample *sample;
	auto_free char *by_default = NULL, *by_itself = NULL;
	char own[128];
	json_t *job, *assessments;

	if (!built || strncmp(path, "defaults.", 9) != 0)
		return;
	sample = sample_of(path);
	by_default = meaning_of(job_of(path, sample, sample->good));
	snprintf(own, sizeof(own), "assessments[].%s", key_of(path));
	job = job_of(own, sample, sample->good);
	assessments = json_object_get(job, "assessments");
	json_array_set_new(assessments, 1, json_deep_copy(json_array_get(assessments, 0)));
	json_object_set_new(json_array_get(assessments, 1), "name", json_string("other"));
	by_itself = meaning_of(job);
	assert_string_equal(by_itself, by_default);
}

static void every_default_is_as_if_each_assessment_said_it(void **state)
{
	manifest_visit_keys(check_default, NULL);
}

static void print_key(const char *path, bool built, void *data)
{
	puts(path);
}

/* For the table of proofs: the keys, one a line. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_taken_over_in_each_of_its_places),
		cmocka_unit_test(every_key_refuses_a_wrong_value_at_its_own_path),
		cmocka_unit_test(every_default_is_as_if_each_assessment_said_it),
	};

	if (argc == 2 && strcmp(argv[1], "--keys") == 0) {
		manifest_visit_keys(print_key, NULL);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
