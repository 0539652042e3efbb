/* The schema of a manifest: one table with a row for every key. */
#include "model/manifest_schema.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/manifest_assessments.h"
#include "model/manifest_parameters.h"
#include "model/manifest_value.h"

#define TOP        PLACE_TOP
#define ASSESSMENT PLACE_ASSESSMENT
#define BOTH       (PLACE_DEFAULTS | PLACE_ASSESSMENT)
#define RUN        (PLACE_ASSESSMENT | PLACE_POST)
#define ALL        (PLACE_DEFAULTS | PLACE_ASSESSMENT | PLACE_POST)
#define LIMITS     PLACE_LIMITS
#define RATES      PLACE_IO
#define CODES      PLACE_EXIT_CODES
#define RETRY      PLACE_RETRY
#define PARAMETER  PLACE_PARAMETER

#define STRING  MANIFEST_STRING
#define INTEGER MANIFEST_INTEGER
#define BOOLEAN MANIFEST_BOOLEAN

#define KEY(name, where, type, reader, ...)                                                        \
	{                                                                                          \
		.key = name, .places = where, .scalar = type, .read = reader, __VA_ARGS__          \
	}
#define FIELD(member)        .field = offsetof(struct assessment, member)
#define JOB(member)          .field = offsetof(struct manifest, member)
#define OF_PARAMETER(member) .field = offsetof(struct parameter, member)

/* clang-format off */
static const struct manifest_row rows[] = {
	KEY("$schema", TOP, STRING, value_read_ignored),
	KEY("schema", TOP, STRING, value_read_ignored),
	KEY("name", TOP, STRING, value_read_name, JOB(name)),
	KEY("parallel", TOP, INTEGER, value_read_count, JOB(parallel), .low = 1, .high = MANIFEST_PARALLEL_MAX),
	KEY("runtime", TOP, STRING, value_read_duration, JOB(runtime_ns)),
	KEY("stop_on_failure", TOP, BOOLEAN, value_read_boolean, JOB(stop_on_failure)),
	KEY("on_reboot", TOP, STRING, value_read_on_reboot),
	KEY("on_supervisor_stop", TOP, STRING, value_read_on_supervisor_stop),
	KEY("parameters", TOP, STRING, parameters_read, .inside = PLACE_PARAMETERS),
	KEY("defaults", TOP, STRING, assessments_check_defaults, .inside = PLACE_DEFAULTS),
	/* Before the assessments, which take it over. */
	KEY("limits_optional", TOP, BOOLEAN, value_read_boolean, JOB(limits_optional)),
	KEY("assessments", TOP, STRING, assessments_read, .inside = PLACE_ASSESSMENT),
	KEY("post", TOP, STRING, assessments_read_post, .inside = PLACE_POST),

	KEY("name", RUN, STRING, value_read_name, FIELD(name)),
	KEY("command", RUN, STRING, value_read_command),
	KEY("stdin", ASSESSMENT, STRING, value_read_path, FIELD(stdin_path)),
	KEY("stdin_inherited", ASSESSMENT, BOOLEAN, value_read_boolean, FIELD(stdin_inherited)),
	KEY("environment_inherited", ASSESSMENT, BOOLEAN, value_read_boolean, FIELD(environment_inherited)),
	KEY("environment", ALL, STRING, value_read_environment),
	KEY("workdir", ALL, STRING, value_read_path, FIELD(workdir)),
	KEY("user", ALL, STRING, value_read_user, FIELD(user)),
	KEY("limits", BOTH, STRING, value_read_limits, .inside = PLACE_LIMITS),
	KEY("limits_optional", BOTH, BOOLEAN, value_read_boolean, FIELD(limits_optional)),
	KEY("seccomp", BOTH, STRING, value_read_seccomp),
	KEY("isolate", BOTH, STRING, NULL),
	KEY("exit_codes", BOTH, STRING, value_read_exit_codes, .inside = PLACE_EXIT_CODES),
	KEY("cancel_signal", BOTH, STRING, value_read_signal, FIELD(cancel_signal)),
	KEY("timeout", ALL, STRING, value_read_duration, FIELD(timeout_ns)),
	KEY("timeout_signal", BOTH, STRING, value_read_signal, FIELD(timeout_signal)),
	KEY("timeout_grace", ALL, STRING, value_read_duration, FIELD(timeout_grace_ns)),
	KEY("leaks", BOTH, STRING, value_read_leaks),
	KEY("leak_grace", BOTH, STRING, value_read_duration, FIELD(leak_grace_ns)),
	KEY("residue", BOTH, STRING, value_read_residue),
	KEY("depends", ASSESSMENT, STRING, assessments_check_depends),
	KEY("repeat", BOTH, INTEGER, value_read_count, FIELD(repeat), .low = 1, .high = MANIFEST_ASSESSMENTS_MAX),
	KEY("retry", BOTH, INTEGER, value_read_retry, FIELD(retry_times), .high = MANIFEST_RETRIES_MAX, .inside = PLACE_RETRY),
	KEY("rerunnable", BOTH, BOOLEAN, value_read_boolean, FIELD(rerunnable)),
	KEY("keep_temp", ALL, BOOLEAN, value_read_boolean, FIELD(keep_temp)),

	KEY("memory", LIMITS, INTEGER, value_read_limit, .choice = LIMIT_MEMORY),
	KEY("swap", LIMITS, INTEGER, value_read_limit, .choice = LIMIT_SWAP),
	KEY("pids", LIMITS, INTEGER, value_read_limit, .choice = LIMIT_PIDS),
	KEY("cpu", LIMITS, STRING, value_read_limit, .choice = LIMIT_CPU),
	KEY("cpus", LIMITS, STRING, value_read_cpus),
	KEY("io", LIMITS, STRING, value_read_io, .inside = PLACE_IO),
	KEY("files", LIMITS, INTEGER, value_read_limit, .choice = LIMIT_FILES),
	KEY("core", LIMITS, INTEGER, value_read_limit, .choice = LIMIT_CORE),

	KEY("rbps", RATES, INTEGER, value_read_rate, .choice = LIMIT_RATE_RBPS),
	KEY("wbps", RATES, INTEGER, value_read_rate, .choice = LIMIT_RATE_WBPS),
	KEY("riops", RATES, INTEGER, value_read_rate, .choice = LIMIT_RATE_RIOPS),
	KEY("wiops", RATES, INTEGER, value_read_rate, .choice = LIMIT_RATE_WIOPS),

	KEY("pass", CODES, INTEGER, value_read_exit_list, .choice = EXIT_MEANS_PASSED),
	KEY("fail", CODES, INTEGER, value_read_exit_list, .choice = EXIT_MEANS_FAILED),
	KEY("skip", CODES, INTEGER, value_read_exit_list, .choice = EXIT_MEANS_SKIPPED),
	KEY("broken", CODES, INTEGER, value_read_exit_list, .choice = EXIT_MEANS_BROKEN),

	KEY("times", RETRY, INTEGER, value_read_count, FIELD(retry_times), .high = MANIFEST_RETRIES_MAX),
	KEY("on", RETRY, STRING, value_read_verdicts),

	KEY(MANIFEST_ANY_KEY, PLACE_PARAMETERS, STRING, value_read_ignored, .inside = PARAMETER),
	KEY("value", PARAMETER, STRING, value_read_text, OF_PARAMETER(value)),
	KEY("read_only", PARAMETER, BOOLEAN, value_read_boolean, OF_PARAMETER(read_only)),
};
/* clang-format on */

#define ROWS_COUNT    (sizeof(rows) / sizeof(*rows))
#define KEY_PATH_SIZE 128 /* of any path: as deep as the places are */

/* Where a key belongs that stands in a wrong place; the first that fits is told. */
static const struct {
	enum manifest_place place;
	const char *name;
} places[] = {
	{ PLACE_DEFAULTS, "in `defaults` or in an assessment" },
	{ PLACE_ASSESSMENT, "in an assessment" },
	{ PLACE_LIMITS, "in `limits`" },
	{ PLACE_EXIT_CODES, "in `exit_codes`" },
	{ PLACE_IO, "in `io` of `limits`" },
	{ PLACE_RETRY, "in `retry`" },
	{ PLACE_PARAMETER, "in one of the `parameters`" },
	{ PLACE_TOP, "beside `assessments`" },
};

/* The row of a key of so many bytes. */
static const struct manifest_row *find(const char *key, size_t size, unsigned allowed)
{
	for (size_t at = 0; at < ROWS_COUNT; at++) {
		if (!(rows[at].places & allowed))
			continue;
		if (strcmp(rows[at].key, MANIFEST_ANY_KEY) == 0)
			return &rows[at];
		if (strlen(rows[at].key) == size && memcmp(rows[at].key, key, size) == 0)
			return &rows[at];
	}
	return NULL;
}

static int advise_key(struct manifest_reader *reader, const char *key, enum manifest_place place)
{
	const char *names[ROWS_COUNT];
	size_t count = 0;

	for (size_t at = 0; at < sizeof(places) / sizeof(*places); at++)
		if (find(key, strlen(key), places[at].place))
			return reader_advise(reader, "`%s` belongs %s", key, places[at].name);
	for (size_t at = 0; at < ROWS_COUNT; at++)
		if (rows[at].places & place && rows[at].read)
			names[count++] = rows[at].key;
	return reader_advise_nearest(reader, key, names, count);
}

static int refuse_key(struct manifest_reader *reader, const char *key,
	const struct manifest_row *row, enum manifest_place place)
{
	size_t outside = reader_enter_key(reader, key);
	int code;

	if (row) {
		reader_refuse_as(reader, "one that this version does not build yet",
			"a key of this version");
		code = reader_advise(reader, "leave it out");
	} else {
		reader_refuse_as(reader, "an unknown key", "a known key");
		code = advise_key(reader, key, place);
	}
	reader_leave(reader, outside);
	return code;
}

static int check_keys(struct manifest_reader *reader, enum manifest_place place, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value) {
		const struct manifest_row *row = find(key, strlen(key), place);

		if (!row || !row->read)
			return refuse_key(reader, key, row, place);
	}
	return 0;
}

int schema_read(
	struct manifest_reader *reader, enum manifest_place place, json_t *object, void *target)
{
	int code;

	if (!json_is_object(object))
		return reader_refuse(reader, object, "an object of keys and values");
	code = check_keys(reader, place, object);
	for (size_t at = 0; code == 0 && at < ROWS_COUNT; at++) {
		const struct manifest_row *row = &rows[at];
		json_t *value = row->places & place ? json_object_get(object, row->key) : NULL;
		size_t outside = reader->length;

		if (!value)
			continue;
		reader_enter_key(reader, row->key);
		code = row->read(reader, row, value, target);
		if (code == 0)
			reader_leave(reader, outside);
	}
	return code;
}

enum manifest_type manifest_scalar_type(const char *path)
{
	unsigned place = PLACE_TOP;
	const struct manifest_row *row = NULL;

	/* Where no place is inside, all that is below has the type of the row. */
	while (*path && place) {
		size_t size = strcspn(path, ".[");

		row = find(path, size, place);
		if (!row)
			return MANIFEST_STRING;
		place = row->inside;
		path += size;
		path += strcspn(path, ".");
		path += *path == '.';
	}
	return row ? row->scalar : MANIFEST_STRING;
}

static void visit_keys(
	enum manifest_place place, const char *outside, manifest_key_visit *visit, void *data)
{
	for (size_t at = 0; at < ROWS_COUNT; at++) {
		char path[KEY_PATH_SIZE];
		int length = snprintf(path, sizeof(path), "%s%s", outside, rows[at].key);

		if (!(rows[at].places & place))
			continue;
		visit(path, rows[at].read, data);
		snprintf(path + length, sizeof(path) - (size_t)length, "%s.",
			rows[at].inside == PLACE_ASSESSMENT ? "[]" : "");
		if (rows[at].inside)
			visit_keys(rows[at].inside, path, visit, data);
	}
}

void manifest_visit_keys(manifest_key_visit *visit, void *data)
{
	visit_keys(PLACE_TOP, "", visit, data);
}
