/* What the options of a command line change in a manifest before it is sent. */
#include "libaxe/manifest_override.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "model/manifest.h"
#include "model/manifest_value.h"

#define FACTOR_LOW      0.001
#define FACTOR_HIGH     1000.0
#define DURATION_MAX_NS (MANIFEST_DURATION_MAX_HOURS * 3600 * NS_PER_SEC)
#define NS_PER_US       UINT64_C(1000)

static int refuse_parameter(const json_t *parameters, const char *name, struct error *error)
{
	const char *names[MANIFEST_PARAMETERS_MAX], *known, *nearest;
	json_t *value;
	size_t count = 0;

	json_object_foreach ((json_t *)parameters, known, value)
		/* Others are refused anyway, and are not fit for a terminal. */
		if (count < MANIFEST_PARAMETERS_MAX &&
			value_is_variable_name(known, MANIFEST_NAME_MAX))
			names[count++] = known;
	fail_plain(error, ENOENT, "the manifest has no parameter `%s`", name);
	nearest = text_nearest(name, names, count);
	if (nearest)
		return fail_advice(error, "did you mean `%s`?", nearest);
	if (count == 0)
		return fail_advice(error, "it has none at all");
	return fail_advice(error, "it has `%s`%s", names[0], count > 1 ? " and others" : "");
}

static int set_parameter(
	json_t *parameters, const char *name, const char *text, struct error *error)
{
	json_t *parameter = json_object_get(parameters, name);
	size_t size = strlen(text);
	int code;

	if (!parameter)
		return refuse_parameter(parameters, name, error);
	if (json_is_true(json_object_get(parameter, "read_only")))
		return fail_plain(error, EPERM, "the parameter `%s` is read-only", name);
	if (size > MANIFEST_TEXT_MAX || !text_is_utf8(text, size))
		return fail_plain(error, EINVAL,
			"the parameter `%s` wants UTF-8 text of at most %d bytes", name,
			MANIFEST_TEXT_MAX);
	if (json_is_object(parameter))
		code = json_object_set_new(parameter, "value", json_string(text));
	else
		code = json_object_set_new(parameters, name, json_string(text));
	return code < 0 ? fail(error, ENOMEM, "set the parameter `%s`", name) : 0;
}

int manifest_override_parameter(json_t *manifest, const char *assignment, struct error *error)
{
	const char *sign = strchr(assignment, '=');
	auto_free char *name = sign ? strndup(assignment, (size_t)(sign - assignment)) : NULL;

	if (!sign || sign == assignment)
		return fail_plain(
			error, EINVAL, "a parameter is set by NAME=VALUE, not by `%s`", assignment);
	if (!name)
		return fail(error, ENOMEM, "set a parameter");
	return set_parameter(json_object_get(manifest, "parameters"), name, sign + 1, error);
}

int manifest_override_parallel(json_t *manifest, const char *number, struct error *error)
{
	uint64_t parallel;

	if (text_parse_number(number, 1, MANIFEST_PARALLEL_MAX, &parallel) < 0)
		return fail_plain(error, EINVAL, "`%s` is no number of assessments from 1 to %d",
			number, MANIFEST_PARALLEL_MAX);
	if (json_object_set_new(manifest, "parallel", json_integer((json_int_t)parallel)) < 0)
		return fail(error, ENOMEM, "set `parallel`");
	return 0;
}

int manifest_override_stop_on_failure(json_t *manifest, struct error *error)
{
	if (json_object_set_new(manifest, "stop_on_failure", json_true()) < 0)
		return fail(error, ENOMEM, "set `stop_on_failure`");
	return 0;
}

static json_t *duration_json(uint64_t ns)
{
	if (ns % NS_PER_MS == 0)
		return json_sprintf("%llums", (unsigned long long)(ns / NS_PER_MS));
	return json_sprintf("%lluus", (unsigned long long)(ns / NS_PER_US));
}

static int scale_key(json_t *object, const char *key, double factor, struct error *error)
{
	const char *text = json_string_value(json_object_get(object, key));
	uint64_t ns, scaled_us;

	if (!text || text_parse_duration(text, &ns) < 0 || ns == 0)
		return 0;
	/* At most a year times the largest factor: far within 64 bits. */
	scaled_us = (uint64_t)((double)ns * factor / (double)NS_PER_US + 0.5);
	if (scaled_us == 0)
		scaled_us = 1;
	if (scaled_us > DURATION_MAX_NS / NS_PER_US)
		return fail_plain(error, ERANGE, "`%s: %s` times %g is longer than %dh", key, text,
			factor, MANIFEST_DURATION_MAX_HOURS);
	if (json_object_set_new(object, key, duration_json(scaled_us * NS_PER_US)) < 0)
		return fail(error, ENOMEM, "scale `%s`", key);
	return 0;
}

/* Keys that do not belong into an object are not there: the supervisor refuses them. */
static int scale_object(json_t *object, double factor, struct error *error)
{
	static const char *const keys[] = { "runtime", "timeout", "timeout_grace" };
	int code = 0;

	for (size_t at = 0; code == 0 && at < sizeof(keys) / sizeof(*keys); at++)
		code = scale_key(object, keys[at], factor, error);
	return code;
}

static int scale_all(json_t *manifest, double factor, struct error *error)
{
	json_t *list = json_object_get(manifest, "assessments"), *assessment;
	int code = scale_object(manifest, factor, error);
	size_t index;

	if (code == 0)
		code = scale_object(json_object_get(manifest, "defaults"), factor, error);
	if (code == 0)
		code = scale_object(json_object_get(manifest, "post"), factor, error);
	json_array_foreach (list, index, assessment) {
		if (code < 0)
			break;
		code = scale_object(assessment, factor, error);
	}
	return code;
}

static bool parse_factor(const char *text, double *ret_factor)
{
	char *end;
	double factor;

	/* strtod would also take blanks, signs, hexadecimal and `inf`. */
	if (*text == '\0' || text[strspn(text, "0123456789.")] != '\0')
		return false;
	factor = strtod(text, &end);
	if (*end != '\0' || factor < FACTOR_LOW || factor > FACTOR_HIGH)
		return false;
	*ret_factor = factor;
	return true;
}

int manifest_override_timeouts(json_t *manifest, const char *factor, struct error *error)
{
	auto_json scaled = json_deep_copy(manifest);
	double number;
	int code;

	if (!parse_factor(factor, &number))
		return fail_plain(error, EINVAL, "`%s` is no factor from %g to %g", factor,
			FACTOR_LOW, FACTOR_HIGH);
	if (!scaled)
		return fail(error, ENOMEM, "scale the timeouts");
	code = scale_all(scaled, number, error);
	if (code == 0 && json_object_update(manifest, scaled) < 0)
		return fail(error, ENOMEM, "scale the timeouts");
	return code;
}
