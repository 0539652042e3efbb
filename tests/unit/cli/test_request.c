/* What the command line asks for reaches the supervisor as a manifest that it accepts. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */
#include "support/unit.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/request.h"
#include "model/manifest.h"

static struct manifest *accept(json_t *source)
{
	struct manifest_error where = { 0 };
	struct manifest *manifest = NULL;

	if (manifest_parse(source, &manifest, &where) < 0)
		fail_msg("%s: expected %s, found %s", where.path, where.expected, where.found);
	return manifest;
}

static char *words[] = { (char[]){ "/bin/echo" }, (char[]){ "a b" }, (char[]){ "" }, NULL };

static void command_becomes_one_assessment_of_the_caller(void **state)
{
	auto_json source = request_command(words, 3, true, NULL);
	auto_free char *here = getcwd(NULL, 0);
	struct manifest *manifest = accept(source);
	const struct assessment *assessment = manifest->assessments[0];

	assert_int_equal(1, manifest->assessments_count);
	assert_string_equal("echo", manifest->name);
	assert_string_equal("a b", assessment->argv[1]);
	assert_string_equal("", assessment->argv[2]);
	assert_string_equal(here, assessment->workdir);
	assert_true(assessment->environment_inherited);
	assert_true(assessment->stdin_inherited);
	assert_int_equal(LEAKS_FAIL, assessment->leaks);
	assert_true(assessment->timeout_ns == 0);
	manifest_destroy(manifest);
}

static void command_of_a_distant_supervisor_has_no_input(void **state)
{
	auto_json source = request_command(words, 3, false, NULL);
	struct manifest *manifest = accept(source);

	assert_false(manifest->assessments[0]->stdin_inherited);
	manifest_destroy(manifest);
}

static void unusable_names_do_not_refuse_the_command(void **state)
{
	static const char *const names[] = { "", "/", "dir/" };
	char longest[MANIFEST_NAME_MAX + 2];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (size_t at = 0; at < 1 + sizeof(names) / sizeof(*names); at++) {
		char *command[] = { at ? (char *)names[at - 1] : longest, NULL };
		auto_json source = request_command(command, 1, false, NULL);
		const char *name = json_string_value(json_object_get(source, "name"));

		assert_non_null(name);
		assert_true(strlen(name) > 0 && strlen(name) <= MANIFEST_NAME_MAX);
	}
}

static void word_that_is_no_text_is_refused_by_its_place(void **state)
{
	char *broken[] = { (char[]){ "echo" }, (char[]){ "\xff\xfe" }, NULL };
	struct error error = { 0 };

	assert_null(request_command(broken, 2, true, &error));
	assert_int_equal(EINVAL, error.code);
	assert_non_null(strstr(error.text, "argument 1"));
}

static void command_line_overrides_every_assessment(void **state)
{
	auto_json source = json_pack("{s:{s:s}, s:[{s:s, s:s, s:s}, {s:s, s:s}]}", "defaults",
		"leaks", "allow", "assessments", "name", "one", "command", "true", "timeout", "9s",
		"name", "two", "command", "true");
	const struct request_changes changes = {
		.name = "night",
		.leaks = "warn",
		.timeout = { .set = true, .ns = 3 * NS_PER_SEC / 2 },
		.timeout_grace = { .set = true, .ns = 0 },
	};
	struct manifest *manifest;

	request_change(source, &changes);
	manifest = accept(source);
	assert_string_equal("night", manifest->name);
	for (size_t at = 0; at < 2; at++) {
		assert_int_equal(LEAKS_WARN, manifest->assessments[at]->leaks);
		assert_true(manifest->assessments[at]->timeout_ns == 3 * NS_PER_SEC / 2);
		assert_true(manifest->assessments[at]->timeout_grace_ns == 0);
	}
	manifest_destroy(manifest);
}

static void what_is_not_said_is_not_changed(void **state)
{
	auto_json source = json_pack("{s:[{s:s, s:s, s:s}]}", "assessments", "name", "one",
		"command", "true", "timeout", "9s");
	auto_json before = json_deep_copy(source);
	const struct request_changes changes = { .name = NULL };

	request_change(source, &changes);
	assert_true(json_equal(before, source));
}

static void assessments_without_a_timeout_are_counted(void **state)
{
	auto_json some = json_pack("{s:[{s:s}, {}, {}]}", "assessments", "timeout", "1s");
	auto_json none =
		json_pack("{s:{s:s}, s:[{}, {}]}", "defaults", "timeout", "1s", "assessments");

	assert_int_equal(2, request_count_endless(some));
	assert_int_equal(0, request_count_endless(none));
}

static void variables_that_cannot_be_carried_are_counted(void **state)
{
	char *const environment[] = { (char[]){ "A=1" }, (char[]){ "B=" }, (char[]){ "=x" },
		(char[]){ "none" }, (char[]){ "C=\xff" }, (char[]){ "D=caf\xc3\xa9" }, NULL };
	unsigned left_out;
	auto_json list = request_environment(environment, &left_out);

	assert_int_equal(3, left_out);
	assert_int_equal(3, json_array_size(list));
	assert_string_equal("B=", json_string_value(json_array_get(list, 1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_becomes_one_assessment_of_the_caller),
		cmocka_unit_test(command_of_a_distant_supervisor_has_no_input),
		cmocka_unit_test(unusable_names_do_not_refuse_the_command),
		cmocka_unit_test(word_that_is_no_text_is_refused_by_its_place),
		cmocka_unit_test(command_line_overrides_every_assessment),
		cmocka_unit_test(what_is_not_said_is_not_changed),
		cmocka_unit_test(assessments_without_a_timeout_are_counted),
		cmocka_unit_test(variables_that_cannot_be_carried_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
