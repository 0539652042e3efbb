/* Each limit is written to v2 as the kernel takes it; the live tests do the same to v1. */
#include <errno.h>

#include "base/error.h"
#include "confine/disks.h"
#include "confine/hierarchy.h"
#include "confine/limit_apply.h"
#include "tests/unit/confine/attributes.h"

static const struct hierarchy_controller controller = { .name = "any", .v2 = true };

static int apply(const struct attributes *attributes, const struct limits *limits,
	enum limit_kind kind, struct error *error)
{
	const struct limit_home home = { &controller, NULL, attributes->fd };

	return limit_apply(&home, "axe/any", limits, kind, error);
}

static void numbers_are_written_as_they_are(void **state)
{
	static const struct {
		enum limit_kind kind;
		uint64_t value;
		const char *text;
	} cases[] = {
		{ LIMIT_MEMORY, UINT64_C(1) << 30, "1073741824" },
		{ LIMIT_SWAP, 4096, "4096" },
		{ LIMIT_PIDS, 17, "17" },
		{ LIMIT_CPU, 150, "150000 100000" },
		{ LIMIT_CPU, 1, "1000 100000" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *attribute = limit_rows[cases[i].kind].v2_attribute;
		struct limits limits = { 0 };

		limits.set[cases[i].kind] = true;
		limits.value[cases[i].kind] = cases[i].value;
		attributes_put(*state, attribute, "");
		assert_int_equal(apply(*state, &limits, cases[i].kind, NULL), 0);
		attributes_are(*state, attribute, cases[i].text);
	}
}

static void memory_alone_forbids_swap(void **state)
{
	struct limits limits = { .set = { [LIMIT_MEMORY] = true } };

	limits.value[LIMIT_MEMORY] = 1 << 20;
	attributes_put(*state, "memory.max", "");
	attributes_put(*state, "memory.swap.max", "");
	assert_int_equal(apply(*state, &limits, LIMIT_MEMORY, NULL), 0);
	attributes_are(*state, "memory.swap.max", "0");
}

static void memory_leaves_swap_to_its_own_limit(void **state)
{
	struct limits limits = { .set = { [LIMIT_MEMORY] = true, [LIMIT_SWAP] = true } };

	attributes_put(*state, "memory.max", "");
	attributes_put(*state, "memory.swap.max", "");
	assert_int_equal(apply(*state, &limits, LIMIT_MEMORY, NULL), 0);
	attributes_are(*state, "memory.swap.max", "");
}

static void cpus_are_written_as_a_list(void **state)
{
	struct limits limits = { .set = { [LIMIT_CPUS] = true } };

	strcpy(limits.cpus, "0,2-3");
	attributes_put(*state, "cpuset.cpus", "");
	assert_int_equal(apply(*state, &limits, LIMIT_CPUS, NULL), 0);
	attributes_are(*state, "cpuset.cpus", "0,2-3");
}

/* A pipe, unlike a plain file, keeps what is written to it one behind the other. */
static void rates_that_are_set_are_written_for_each_disk(void **state)
{
	const struct attributes *attributes = *state;
	struct limits limits = { .set = { [LIMIT_IO] = true } };
	auto_free struct disk *disks = NULL;
	char expected[128], text[65536];
	size_t count;
	ssize_t length;
	auto_fd reader = -1;

	limits.io = (struct limit_io){ .wbps = 1000000, .riops = 50 };
	assert_int_equal(disks_list(&disks, &count), 0);
	assert_int_equal(mkfifoat(attributes->fd, "io.max", 0600), 0);
	reader = openat(attributes->fd, "io.max", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(reader >= 0);
	assert_int_equal(apply(attributes, &limits, LIMIT_IO, NULL), 0);
	length = read(reader, text, sizeof(text) - 1);
	text[length < 0 ? 0 : length] = '\0';
	for (size_t i = 0; i < count; i++) {
		snprintf(expected, sizeof(expected), "%s wbps=1000000 riops=50", disks[i].number);
		assert_non_null(strstr(text, expected));
	}
}

static void failure_names_the_limit_and_the_attribute(void **state)
{
	struct limits limits = { .set = { [LIMIT_CPU] = true } };
	struct error error = { 0 };

	limits.value[LIMIT_CPU] = 100;
	assert_int_equal(apply(*state, &limits, LIMIT_CPU, &error), -ENOENT);
	assert_non_null(strstr(error.text, "limit `cpu`"));
	assert_non_null(strstr(error.text, "`cpu.max`"));
}

static void quota_and_rates_are_lifted(void **state)
{
	const struct attributes *attributes = *state;

	attributes_put(attributes, "cpu.max", "");
	attributes_put(attributes, "io.max", "254:0 wbps=65536\n");
	limit_lift(attributes->fd, false);
	attributes_are(attributes, "cpu.max", "max");
	attributes_are(attributes, "io.max", "254:0 rbps=max wbps=max riops=max wiops=max");
}

static void lifting_where_nothing_slows_down_is_no_failure(void **state)
{
	const struct attributes *attributes = *state;

	limit_lift(attributes->fd, false);
	limit_lift(attributes->fd, true);
	assert_int_equal(rmdir(attributes->path), 0);
	assert_int_equal(mkdir(attributes->path, 0700), 0);
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, attributes_setup, attributes_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE(numbers_are_written_as_they_are),
		LIVE(memory_alone_forbids_swap),
		LIVE(memory_leaves_swap_to_its_own_limit),
		LIVE(cpus_are_written_as_a_list),
		LIVE(rates_that_are_set_are_written_for_each_disk),
		LIVE(failure_names_the_limit_and_the_attribute),
		LIVE(quota_and_rates_are_lifted),
		LIVE(lifting_where_nothing_slows_down_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
