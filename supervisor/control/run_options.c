/* How a client wants its job to be run: the `options` of a call, read and bounded. */
#include "control/run_options.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* false: the value is refused. */
typedef bool option_reader(const json_t *value, struct run_options *options);

static bool read_duration(const json_t *value, uint64_t *ret_ns)
{
	/* 0 would silently mean the default. */
	if (!json_is_integer(value) || json_integer_value(value) <= 0)
		return false;
	*ret_ns = (uint64_t)json_integer_value(value);
	return true;
}

static bool read_freeze_deadline(const json_t *value, struct run_options *options)
{
	return read_duration(value, &options->job.freeze_deadline_ns);
}

static bool read_picture_budget(const json_t *value, struct run_options *options)
{
	return read_duration(value, &options->job.picture_budget_ns);
}

static bool read_kill_deadline(const json_t *value, struct run_options *options)
{
	return read_duration(value, &options->job.kill_deadline_ns);
}

static bool read_abandon_after(const json_t *value, struct run_options *options)
{
	return read_duration(value, &options->job.abandon_after_ns);
}

static bool read_core_grace(const json_t *value, struct run_options *options)
{
	return read_duration(value, &options->job.core_grace_ns);
}

static bool read_wait(const json_t *value, struct run_options *options)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	options->wait_bounded = true;
	options->wait_ns = (uint64_t)json_integer_value(value);
	return true;
}

static bool read_state_dir(const json_t *value, struct run_options *options)
{
	options->job.state_dir = json_string_value(value);
	return options->job.state_dir && options->job.state_dir[0] == '/';
}

static bool is_variable(const char *text)
{
	const char *sign = text ? strchr(text, '=') : NULL;

	return sign && sign != text;
}

static bool read_environment(const json_t *value, struct run_options *options)
{
	size_t count = json_array_size(value), index;
	json_t *variable;

	if (!json_is_array(value) || count > RUN_ENVIRONMENT_MAX)
		return false;
	options->environment = calloc(count + 1, sizeof(*options->environment));
	if (!options->environment)
		return false;
	json_array_foreach ((json_t *)value, index, variable) {
		options->environment[index] = json_string_value(variable);
		if (!is_variable(options->environment[index]))
			return false;
	}
	options->job.environment = options->environment;
	return true;
}

static const struct option_row {
	const char *name;
	option_reader *read;
} option_rows[] = {
	{ "state_dir", read_state_dir },
	{ "picture_budget_ns", read_picture_budget },
	{ "kill_deadline_ns", read_kill_deadline },
	{ "abandon_after_ns", read_abandon_after },
	{ "core_grace_ns", read_core_grace },
	{ "freeze_deadline_ns", read_freeze_deadline },
	{ "environment", read_environment },
	{ "wait_ns", read_wait },
};

/* NULL: no such option. */
static const struct option_row *find_row(const char *name)
{
	for (size_t index = 0; index < sizeof(option_rows) / sizeof(*option_rows); index++)
		if (strcmp(option_rows[index].name, name) == 0)
			return &option_rows[index];
	return NULL;
}

static int read_all(const json_t *options, struct run_options *run, struct error *ret_wrong)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)options, name, value) {
		const struct option_row *row = find_row(name);

		if (!row || (!json_is_null(value) && !row->read(value, run)))
			return fail_plain(ret_wrong, EINVAL, "options.%s", name);
	}
	return 0;
}

int run_options_read(
	const json_t *options, struct run_options *ret_options, struct error *ret_wrong)
{
	struct run_options run = { .source = json_incref((json_t *)options) };
	int code = read_all(options, &run, ret_wrong);

	if (code < 0) {
		run_options_finish(&run);
		return code;
	}
	*ret_options = run;
	return 0;
}

void run_options_finish(struct run_options *options)
{
	free(options->environment);
	json_decref(options->source);
	*options = (struct run_options){ .source = NULL };
}
