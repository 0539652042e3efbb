/* How the supervisor may be started, and what it says to the rest. */
/* It belongs to the program, not to a library that could be linked. Before cmocka, which has a
 * macro that is called like our function. */
#include "supervisor/options.c"

#include "support/unit.h"

#define WORDS_MAX 12

/* The options borrow their texts from the line until the next one is parsed. */
static int parse(const char *line, struct options *options, struct error *error)
{
	static char copy[200];
	char *words[WORDS_MAX + 1] = { 0 }, *rest = copy;
	int count = 0;

	snprintf(copy, sizeof(copy), "axed %s", line);
	while (rest && count < WORDS_MAX) {
		char *word = strsep(&rest, " ");

		if (word[0])
			words[count++] = word;
	}
	return options_parse(count, words, options, error);
}

static void refuses(const char *line, const char *word)
{
	struct options options;
	struct error error;

	assert_int_equal(-EINVAL, parse(line, &options, &error));
	assert_non_null(strstr(error.text, word));
}

static void daemon_is_told_its_socket(void **state)
{
	struct options options;

	assert_int_equal(0, parse("--foreground --socket=/run/x.sock", &options, NULL));
	assert_string_equal("/run/x.sock", options.socket);
	assert_true(options.foreground);
	assert_int_equal(-1, options.private_fd);
	assert_int_equal(-1, options.stdin_fd);
	assert_null(options.state_dir);
}

static void private_supervisor_is_told_its_descriptors(void **state)
{
	struct options options;

	assert_int_equal(0,
		parse("--private 3 --stdin-fd 0 --state-dir /s --cgroup-root /c", &options, NULL));
	assert_int_equal(3, options.private_fd);
	assert_int_equal(0, options.stdin_fd);
	assert_string_equal("/s", options.state_dir);
	assert_string_equal("/c", options.cgroup_root);
	assert_string_equal("/run/axe/run", options.run_dir);
}

static void kernel_half_is_told_its_sizes(void **state)
{
	struct options options;

	assert_int_equal(0, parse("--private 3 --ring-bytes 65536 --records 100 --trace-limit 4096 "
				  "--run-dir /r",
				    &options, NULL));
	assert_int_equal(65536, options.ring_bytes);
	assert_int_equal(100, options.records);
	assert_int_equal(4096, options.trace_limit);
	assert_string_equal("/r", options.run_dir);
}

static void daemon_needs_to_be_told_nothing(void **state)
{
	struct options options;

	assert_int_equal(0, parse("", &options, NULL));
	assert_null(options.socket);
	assert_null(options.instance);
	assert_int_equal(0, options.slots);
	assert_false(options.foreground);
}

static void instances_and_slots_are_read(void **state)
{
	struct options options;

	assert_int_equal(
		0, parse("--instance lab-2.a_B --slots 64 --on-stop terminate", &options, NULL));
	assert_string_equal("lab-2.a_B", options.instance);
	assert_int_equal(64, options.slots);
}

/* They become part of paths. */
static void names_of_instances_are_checked(void **state)
{
	refuses("--instance=", "letters");
	refuses("--instance ../x", "letters");
	refuses("--instance a/b", "letters");
	refuses("--instance .hidden", "letters");
	refuses("--instance=-x", "letters");
	refuses("--instance n\xc3\xa4he", "letters");
	refuses("--instance abcdefghijklmnopqrstuvwxyz0123456", "letters");
	refuses("--instance axed", "another name");
}

static void jobs_may_be_kept_or_terminated_at_a_stop(void **state)
{
	struct options options;

	assert_int_equal(0, parse("--on-stop keep", &options, NULL));
	assert_string_equal(options.on_stop, "keep");
	refuses("--on-stop pause", "terminate");
}

static void no_input_is_minus_one(void **state)
{
	struct options options;

	assert_int_equal(0, parse("--private 3 --stdin-fd -1", &options, NULL));
	assert_int_equal(-1, options.stdin_fd);
}

static void questions_need_nothing_else(void **state)
{
	struct options options;

	assert_int_equal(0, parse("--version", &options, NULL));
	assert_true(options.version);
	assert_int_equal(0, parse("--help", &options, NULL));
	assert_true(options.help);
}

static void unknown_options_are_refused_with_the_nearest(void **state)
{
	refuses("--sokcet /x", "--socket");
	refuses("--sokcet=/x", "--socket");
	refuses("--forground --socket /x", "--foreground");
	refuses("--zzzzzzzzzz", "--help");
	refuses("-x", "-x");
	refuses("-xyz", "-x");
	refuses("--foreground=yes --socket /x", "no value");
}

static void wrong_values_are_refused_with_what_is_wanted(void **state)
{
	refuses("--socket x.sock", "absolute");
	refuses("--socket", "value");
	refuses("--private three", "number");
	refuses("--private -2", "number");
	refuses("--private 3 --ring-bytes 65537", "power of two");
	refuses("--private 3 --ring-bytes 12", "4096");
	refuses("--private 3 --records 0", "from 1");
	refuses("--private 3 --trace-limit 4095", "from 4096");
	refuses("--slots 0", "from 1");
	refuses("--slots 65", "to 64");
	refuses("--socket /x surplus", "surplus");
}

static void contradictions_are_refused(void **state)
{
	refuses("--private 3 --instance x", "--instance");
	refuses("--private 3 --slots 2", "--slots");
	refuses("--private 3 --on-stop terminate", "--on-stop");
	refuses("--private 3 --socket /x", "--private");
	refuses("--private 3 --foreground", "--private");
	refuses("--socket /x --stdin-fd 0", "--stdin-fd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(daemon_is_told_its_socket),
		cmocka_unit_test(private_supervisor_is_told_its_descriptors),
		cmocka_unit_test(kernel_half_is_told_its_sizes),
		cmocka_unit_test(daemon_needs_to_be_told_nothing),
		cmocka_unit_test(instances_and_slots_are_read),
		cmocka_unit_test(names_of_instances_are_checked),
		cmocka_unit_test(jobs_may_be_kept_or_terminated_at_a_stop),
		cmocka_unit_test(no_input_is_minus_one),
		cmocka_unit_test(questions_need_nothing_else),
		cmocka_unit_test(unknown_options_are_refused_with_the_nearest),
		cmocka_unit_test(wrong_values_are_refused_with_what_is_wanted),
		cmocka_unit_test(contradictions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
