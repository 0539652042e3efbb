/* Every attribute's number reaches its own field, and what is missing stays unknown. */
#include "confine/usage.h"

#include "confine/hierarchy.h"
#include "tests/unit/confine/attributes.h"
#include <signal.h>

struct attribute {
	const char *name, *text;
};

static const struct attribute v2_attributes[] = {
	{ "memory.peak", "1001\n" },
	{ "memory.current", "1002\n" },
	{ "memory.events",
		"low 91\nhigh 92\nmax 1003\noom 94\noom_kill 1004\noom_group_kill 95\n" },
	{ "memory.swap.peak", "1005\n" },
	{ "memory.swap.max", "1011\n" },
	{ "memory.swap.events", "high 91\nmax 1006\nfail 93\n" },
	{ "pids.peak", "1007\n" },
	{ "pids.events", "max 1008\n" },
	{ "cpu.stat", "usage_usec 91\nuser_usec 92\nsystem_usec 93\nnr_periods 94\n"
		      "nr_throttled 1009\nthrottled_usec 1010\nnr_bursts 95\nburst_usec 96\n" },
	{ "io.stat", "8:0 rbytes=1000 wbytes=2000 rios=3000 wios=4000 dbytes=9 dios=9\n"
		     "254:0 rbytes=11 wbytes=12 rios=13 wios=14 dbytes=9 dios=9\n" },
	{ "io.pressure", "some avg10=0.65 avg60=0.40 avg300=0.14 total=1015\n"
			 "full avg10=0.00 avg60=0.00 avg300=0.00 total=99\n" },
};

static const struct attribute v1_attributes[] = {
	{ "memory.max_usage_in_bytes", "1001\n" },
	{ "memory.usage_in_bytes", "1002\n" },
	{ "memory.failcnt", "1003\n" },
	{ "memory.oom_control", "oom_kill_disable 91\nunder_oom 92\noom_kill 1004\n" },
	{ "memory.memsw.failcnt", "1006\n" },
	{ "pids.peak", "1007\n" },
	{ "pids.events", "max 1008\n" },
	{ "cpu.stat", "nr_periods 91\nnr_throttled 1009\nthrottled_time 1010999\nnr_bursts 92\n" },
	{ "blkio.throttle.io_service_bytes",
		"8:0 Read 1000\n8:0 Write 2000\n8:0 Sync 9\n8:0 Async 9\n8:0 Discard 9\n"
		"8:0 Total 9\n254:0 Read 11\n254:0 Write 12\n254:0 Total 9\nTotal 9\n" },
	{ "blkio.throttle.io_serviced",
		"8:0 Read 3000\n8:0 Write 4000\n254:0 Read 13\n254:0 Write 14\nTotal 9\n" },
};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct hierarchy pure = {
	.controllers = { { "memory", true, "" }, { "pids", true, "" }, { "cpu", true, "" },
		{ "io", true, "" } },
	.controllers_count = 4,
};
/* One controller elsewhere, the others not there at all. */
static const struct hierarchy hybrid = {
	.layout = HIERARCHY_HYBRID,
	.controllers = { { "memory", false, "/sys/fs/cgroup/memory" } },
	.controllers_count = 1,
};

static struct limit_usage read_all(const struct attributes *attributes,
	const struct attribute *list, size_t count, const struct hierarchy *v2)
{
	struct limit_usage usage = { 0 };

	for (size_t i = 0; i < count; i++)
		attributes_put(attributes, list[i].name, list[i].text);
	usage_read(attributes->fd, v2, &usage);
	return usage;
}

static void assert_common(const struct limit_usage *usage)
{
	assert_true(usage->has_memory_peak && usage->has_memory_now && usage->has_memory_hits);
	assert_int_equal(usage->memory_peak_bytes, 1001);
	assert_int_equal(usage->memory_bytes, 1002);
	assert_int_equal(usage->memory_hits, 1003);
	assert_true(usage->has_oom_kills && usage->has_swap_hits);
	assert_int_equal(usage->oom_kills, 1004);
	assert_int_equal(usage->swap_hits, 1006);
	assert_true(usage->has_pids_peak && usage->has_pids_refused);
	assert_int_equal(usage->pids_peak, 1007);
	assert_int_equal(usage->pids_refused, 1008);
	assert_true(usage->has_cpu_throttled && usage->has_cpu_throttled_time);
	assert_int_equal(usage->cpu_throttled, 1009);
	assert_int_equal(usage->cpu_throttled_us, 1010);
	assert_true(usage->has_io_read && usage->has_io_written);
	assert_int_equal(usage->io_read_bytes, 1011);
	assert_int_equal(usage->io_written_bytes, 2012);
	assert_true(usage->has_io_reads && usage->has_io_writes);
	assert_int_equal(usage->io_reads, 3013);
	assert_int_equal(usage->io_writes, 4014);
}

static void every_v2_attribute_is_read(void **state)
{
	struct limit_usage usage = read_all(*state, v2_attributes, COUNT(v2_attributes), &pure);

	assert_common(&usage);
	assert_true(usage.has_swap_peak && usage.has_io_stalled);
	assert_int_equal(usage.swap_peak_bytes, 1005);
	assert_true(usage.has_swap_max);
	assert_int_equal(usage.swap_max_bytes, 1011);
	assert_int_equal(usage.io_stalled_us, 1015);
}

static void every_v1_attribute_is_read(void **state)
{
	struct limit_usage usage = read_all(*state, v1_attributes, COUNT(v1_attributes), NULL);

	assert_common(&usage);
	assert_false(usage.has_swap_peak || usage.has_io_stalled);
}

static void controller_that_is_kept_elsewhere_is_not_looked_for(void **state)
{
	struct limit_usage usage = read_all(*state, v2_attributes, COUNT(v2_attributes), &hybrid);

	assert_true(usage.has_io_stalled);
	assert_int_equal(usage.io_stalled_us, 1015);
	assert_false(usage.has_memory_peak || usage.has_memory_now || usage.has_swap_max ||
		     usage.has_pids_peak || usage.has_cpu_throttled || usage.has_io_read);
}

static void what_is_missing_stays_unknown(void **state)
{
	const struct limit_usage nothing = { 0 };
	struct limit_usage usage = { 0 };

	usage_read(((struct attributes *)*state)->fd, &pure, &usage);
	usage_read(((struct attributes *)*state)->fd, NULL, &usage);
	assert_memory_equal(&usage, &nothing, sizeof(usage));
}

/* Numbers of a controller that is off are not in cpu.stat; a text is no number. */
static void what_is_no_number_stays_unknown(void **state)
{
	static const struct attribute odd[] = {
		{ "memory.peak", "max\n" },
		{ "memory.swap.max", "max\n" },
		{ "memory.events", "oom_kill x\n" },
		{ "cpu.stat", "usage_usec 5\nuser_usec 5\nsystem_usec 0\n" },
		{ "pids.events", "\n" },
	};
	struct limit_usage usage = read_all(*state, odd, COUNT(odd), &pure);

	assert_false(usage.has_memory_peak || usage.has_swap_max || usage.has_oom_kills ||
		     usage.has_cpu_throttled || usage.has_cpu_throttled_time ||
		     usage.has_pids_refused);
}

static void no_disk_was_used_is_known_to_be_nothing(void **state)
{
	static const struct attribute idle[] = { { "io.stat", "" } };
	struct limit_usage usage = read_all(*state, idle, COUNT(idle), &pure);

	assert_true(usage.has_io_read && usage.has_io_writes);
	assert_int_equal(usage.io_read_bytes, 0);
}

static void evidence_tells_what_was_exceeded(void **state)
{
	static const struct {
		enum limit_kind kind;
		struct limit_usage usage;
		const char *evidence;
	} cases[] = {
		{ LIMIT_MEMORY, { .oom_kills = 2 }, "2 processes killed by the kernel" },
		{ LIMIT_SWAP, { .swap_hits = 7 }, "refused 7 times" },
		{ LIMIT_SWAP,
			{ .has_swap_peak = true,
				.swap_peak_bytes = (8 << 20) - 4096,
				.has_swap_max = true,
				.swap_max_bytes = 8 << 20 },
			"7.99 MiB used" },
		{ LIMIT_PIDS, { .pids_refused = 12 }, "12 forks refused" },
		{ LIMIT_CPU, { .cpu_throttled = 3, .cpu_throttled_us = 250000 },
			"throttled in 3 periods of 100 ms, for 250 ms in all" },
		{ LIMIT_MEMORY, { .oom_kills = 1 }, "1 process killed by the kernel" },
		{ LIMIT_FILES, { .files_refused = 1 }, "1 descriptor refused (EMFILE)" },
		{ LIMIT_FILES, { .files_refused = 3 }, "3 descriptors refused (EMFILE)" },
		{ LIMIT_IO, { .io_stalled_us = 1500000, .io_written_bytes = 6 << 20 },
			"6291456 bytes in 1.50 s of waiting for disks, at wbps=4194304 a second" },
		{ LIMIT_IO, { .io_stalled_us = 2000000, .io_reads = 41 },
			"41 operations in 2 s of waiting for disks, at riops=20 a second" },
		{ LIMIT_IO,
			{ .elapsed_us = 1500000, .io_stalled_us = 9, .io_written_bytes = 6 << 20 },
			"6291456 bytes in 1.50 s, at wbps=4194304 a second" },
		{ LIMIT_CORE, { .coreless_signal = SIGSEGV },
			"it died of SIGSEGV and left no core file" },
	};
	const struct limit_usage idle = {
		.has_oom_kills = true, .memory_hits = 5, .has_swap_peak = true, .has_swap_max = true
	};
	const struct limit_usage room = { .has_swap_peak = true,
		.swap_peak_bytes = 4 << 20,
		.has_swap_max = true,
		.swap_max_bytes = 8 << 20 };
	const struct limits limits = { .io = { .wbps = 4 << 20, .riops = 20 } };
	char evidence[LIMIT_EVIDENCE_SIZE];

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(
			limit_usage_exceeded(&cases[i].usage, &limits, cases[i].kind, evidence));
		assert_string_equal(evidence, cases[i].evidence);
	}
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++)
		assert_false(limit_usage_exceeded(&idle, &limits, kind, evidence) ||
			     limit_usage_exceeded(&room, &limits, kind, evidence));
}

/* Every disk takes its time: only who went at the allowed rate was held to it. */
static void waiting_for_a_disk_is_no_proof_of_a_rate(void **state)
{
	static const struct limit_usage free[] = {
		{ .io_stalled_us = 200 },
		{ .io_stalled_us = 1500000, .io_read_bytes = 6 << 20 },
		{ .io_stalled_us = 100, .io_written_bytes = 400 },
		{ .io_stalled_us = 9000000, .io_written_bytes = 6 << 20 },
		{ .io_stalled_us = 500000, .io_written_bytes = 64 << 20 },
		{ .io_written_bytes = 6 << 20 },
		{ .elapsed_us = 9000000, .io_written_bytes = 6 << 20 },
		{ .elapsed_us = 100000, .io_written_bytes = 6 << 20 },
		{ .elapsed_us = 20000, .io_written_bytes = 80000 },
	};
	const struct limits limits = { .io = { .wbps = 4 << 20 } };
	char evidence[LIMIT_EVIDENCE_SIZE];

	for (size_t i = 0; i < COUNT(free); i++)
		assert_false(limit_usage_exceeded(&free[i], &limits, LIMIT_IO, evidence));
}

static void only_a_missing_core_file_is_noted(void **state)
{
	static const struct {
		int status, noted;
	} ends[] = { { SIGSEGV, SIGSEGV }, { SIGABRT, SIGABRT }, { SIGSEGV | 0x80, 0 },
		{ SIGKILL, 0 }, { SIGTERM, 0 }, { 11 << 8, 0 }, { 0, 0 } };
	const struct limits limits = { .value = { [LIMIT_CORE] = 1 << 20 } };
	char evidence[LIMIT_EVIDENCE_SIZE];

	for (size_t i = 0; i < COUNT(ends); i++) {
		struct limit_usage usage = { 0 };

		usage_note_end(&usage, ends[i].status, 7);
		assert_int_equal(usage.elapsed_us, 7);
		assert_int_equal(usage.coreless_signal, ends[i].noted);
		/* Room enough: whatever kept the file from being written, it was not the limit. */
		assert_false(limit_usage_exceeded(&usage, &limits, LIMIT_CORE, evidence));
	}
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, attributes_setup, attributes_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE(every_v2_attribute_is_read),
		LIVE(every_v1_attribute_is_read),
		LIVE(controller_that_is_kept_elsewhere_is_not_looked_for),
		LIVE(what_is_missing_stays_unknown),
		LIVE(what_is_no_number_stays_unknown),
		LIVE(no_disk_was_used_is_known_to_be_nothing),
		cmocka_unit_test(evidence_tells_what_was_exceeded),
		cmocka_unit_test(waiting_for_a_disk_is_no_proof_of_a_rate),
		cmocka_unit_test(only_a_missing_core_file_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
