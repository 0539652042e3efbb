/* A manifest is taken over whole or refused in one line, whatever it holds. */
#include "unit/model/manifest_case.h"

static const char full[] =
	"{'$schema': 's', 'name': 'nightly',"
	" 'defaults': {'timeout': '60s', 'timeout_grace': '5s', 'timeout_signal': 'TERM',"
	"  'leaks': 'fail', 'leak_grace': '50ms', 'exit_codes': 'kselftest',"
	"  'environment': {'LANG': 'C'}, 'user': 'nobody', 'workdir': '/var/tmp',"
	"  'limits': {'memory': '512M'}, 'cancel_signal': 'TERM', 'residue': 'ignore',"
	"  'limits_optional': true, 'repeat': 2, 'retry': 1, 'rerunnable': false,"
	"  'keep_temp': true},"
	" 'parallel': 2, 'runtime': '1h', 'stop_on_failure': true, 'limits_optional': false,"
	" 'parameters': {'iterations': '5', 'board': {'value': 'x', 'read_only': true}},"
	" 'post': {'name': 'p', 'command': 'x', 'timeout': '1s', 'timeout_grace': '0',"
	"  'environment': {'A': 'b'}, 'workdir': '/', 'user': 'root'},"
	" 'assessments': [{'name': 'cpu-stress',"
	"  'command': ['stress-ng', '--cpu', '2', '--timeout', '5s'],"
	"  'environment': {'LANG': 'C.UTF-8', 'TERM': 'dumb'}, 'environment_inherited': false,"
	"  'workdir': '/var/tmp', 'stdin': '/dev/null', 'stdin_inherited': false,"
	"  'user': 'nobody', 'limits': {'memory': '512M', 'pids': 256, 'files': 1024, 'core': 0,"
	"   'swap': 0, 'cpu': '150%', 'cpus': '0', 'io': {'rbps': '1M', 'wiops': 9}},"
	"  'seccomp': 'safe', 'repeat': 1, 'depends': ['setup'], 'rerunnable': true,"
	"  'retry': {'times': 2, 'on': ['failed', 'timeout']},"
	"  'exit_codes': {'pass': [0], 'fail': [1], 'skip': [4], 'broken': [9]},"
	"  'cancel_signal': 'TERM', 'timeout': '1s', 'timeout_grace': '0', 'timeout_signal': 9,"
	"  'leaks': 'warn', 'leak_grace': '0'}, {'name': 'setup', 'command': 'x'}]}";

static void full_manifest_is_taken_over_with_its_source(void **state)
{
	auto_json source = case_json(full);
	struct manifest *manifest = case_accepted(json_incref(source));

	assert_string_equal("nightly", manifest->name);
	assert_int_equal(3, manifest->assessments_count);
	assert_string_equal("cpu-stress", manifest->assessments[0]->name);
	assert_string_equal("LANG=C.UTF-8", manifest->assessments[0]->environment[0]);
	assert_ptr_equal(source, manifest->source);
	manifest_destroy(manifest);
	assert_int_equal(1, source->refcount);
}

static void refused_manifest_is_given_back(void **state)
{
	auto_json source = case_json("{'name': 5}");

	case_refused(json_incref(source));
	assert_int_equal(1, source->refcount);
}

static json_t *deep(unsigned levels)
{
	json_t *value = json_integer(1);

	for (unsigned level = 0; level < levels; level++)
		value = level % 2 ? json_pack("[o]", value) : json_pack("{s:o}", "a", value);
	return value;
}

static void depth_is_bounded_and_the_bound_is_named(void **state)
{
	static const unsigned too_deep[] = { MANIFEST_DEPTH_MAX + 1, 1000 };
	struct manifest_error error;

	for (unsigned at = 0; at < COUNT(too_deep); at++) {
		error = case_refused(deep(too_deep[at]));
		assert_string_equal("", error.path);
		assert_string_equal("a manifest of at most 16 levels", error.expected);
	}
	/* Just within the bound it is refused for what it is. */
	error = case_refused(deep(MANIFEST_DEPTH_MAX));
	assert_null(strstr(error.expected, "levels"));
}

static void size_is_bounded_and_the_bound_is_named(void **state)
{
	json_t *list = json_array();
	struct manifest_error error;
	char word[60001];

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	for (unsigned at = 0; at < 150; at++)
		json_array_append_new(list, json_pack("{s:s}", "command", word));
	error = case_refused(json_pack("{s:o}", "assessments", list));
	assert_string_equal("", error.path);
	assert_string_equal("a manifest of at most 8388608 bytes", error.expected);
}

/* Every value of the full manifest in turn becomes each of these. */
static json_t *nonsense(unsigned kind)
{
	switch (kind) {
	case 0:
		return json_null();
	case 1:
		return json_true();
	case 2:
		return json_integer(-7);
	case 3:
		return json_integer(INT64_MAX);
	case 4:
		return json_real(1e300);
	case 5:
		return json_stringn("a\0b", 3);
	case 6:
		return json_string_nocheck("\xc3(\xff");
	case 7:
		return json_string("\x1b[2J\n\xe2\x80\xae");
	case 8:
		return json_string("");
	case 9:
		return json_array();
	case 10:
		return json_object();
	case 11:
		return json_pack("[[[i]]]", 1);
	case 12:
		return json_pack("{s:{s:{s:n}}}", "a", "b", "c");
	default:
		return NULL;
	}
}

/* Accepted or refused in one line, and nothing in between; the sanitizers watch. */
static void try_it(json_t *source)
{
	struct manifest *manifest = NULL;
	struct manifest_error error;

	if (manifest_parse(source, &manifest, &error) == 0)
		manifest_destroy(manifest);
	else
		case_refused(json_incref(source));
}

/* Count down to the value that is replaced; false once it was. */
static bool replace_one(json_t *value, unsigned *countdown, unsigned kind)
{
	json_t *member;
	const char *key;
	size_t index;

	json_object_foreach (value, key, member) {
		if ((*countdown)-- == 0)
			return json_object_set_new(value, key, nonsense(kind)) != 0;
		if (!replace_one(member, countdown, kind))
			return false;
	}
	json_array_foreach (value, index, member) {
		if ((*countdown)-- == 0)
			return json_array_set_new(value, index, nonsense(kind)) != 0;
		if (!replace_one(member, countdown, kind))
			return false;
	}
	return true;
}

static void nonsense_in_any_place_is_refused_in_one_line(void **state)
{
	auto_json original = case_json(full);
	unsigned tried = 0;

	for (unsigned kind = 0; kind <= 12; kind++) {
		for (unsigned place = 0;; place++) {
			auto_json mutant = json_deep_copy(original);
			unsigned countdown = place;

			if (replace_one(mutant, &countdown, kind))
				break;
			try_it(mutant);
			tried++;
		}
	}
	assert_true(tried > 13 * 50);
}

static void error_is_one_line_with_what_is_known_of_its_place(void **state)
{
	static const struct manifest_error full_error = { "assessments[2].timeout", 7, 12,
		"a duration such as 5s", "the string `soon`", "add a unit" };
	struct manifest_error error = full_error;
	char line[256];

	manifest_error_format(&error, "night.yaml", line, sizeof(line));
	assert_string_equal("night.yaml:7:12: assessments[2].timeout: expected a duration such as "
			    "5s, found the string `soon`; add a unit",
		line);
	manifest_error_format(&error, NULL, line, sizeof(line));
	assert_string_equal("line 7:12: assessments[2].timeout: expected a duration such as 5s, "
			    "found the string `soon`; add a unit",
		line);
	error.line = 0;
	*error.advice = '\0';
	manifest_error_format(&error, "night.yaml", line, sizeof(line));
	assert_string_equal("night.yaml: assessments[2].timeout: expected a duration such as 5s, "
			    "found the string `soon`",
		line);
	*error.path = '\0';
	manifest_error_format(&error, NULL, line, sizeof(line));
	assert_string_equal("expected a duration such as 5s, found the string `soon`", line);
	manifest_error_format(&error, NULL, line, 9);
	assert_string_equal("expected", line);
}

static void nothing_is_destroyed_without_harm(void **state)
{
	manifest_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_manifest_is_taken_over_with_its_source),
		cmocka_unit_test(refused_manifest_is_given_back),
		cmocka_unit_test(depth_is_bounded_and_the_bound_is_named),
		cmocka_unit_test(size_is_bounded_and_the_bound_is_named),
		cmocka_unit_test(nonsense_in_any_place_is_refused_in_one_line),
		cmocka_unit_test(error_is_one_line_with_what_is_known_of_its_place),
		cmocka_unit_test(nothing_is_destroyed_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
