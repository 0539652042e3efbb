/* Rates hold on every disk, are counted, and give way to a kill. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "confine/disks.h"
#include "support/require.h"
#include "tests/kernel/confine/bounds.h"

static struct nursery nursery;

static int setup(void **state)
{
	return bounds_setup(&nursery);
}

static int teardown(void **state)
{
	return bounds_teardown(&nursery);
}

/* What one rate looks like on one disk, in the attribute that holds it. */
static void expected_line(const struct disk *disk, bool v1, char *line, size_t size)
{
	if (v1)
		snprintf(line, size, "%s 1048576", disk->number);
	else
		snprintf(line, size, "%s rbps=1048576 wbps=max riops=max wiops=max", disk->number);
}

static void every_disk_has_the_rate_until_it_is_lifted(void **state)
{
	struct limits limits = { .set = { [LIMIT_IO] = true }, .io = { .rbps = MIB } };
	bool v1 = bounds_is_v1(&nursery, LIMIT_IO);
	auto_free struct disk *disks = NULL;
	char path[600], text[4096], line[128];
	struct bounds bounds;
	size_t count;

	if (limit_check(&nursery.hierarchy, &limits, LIMIT_IO, NULL) < 0)
		skip_case("this host cannot bound the rates of disks");
	assert_int_equal(disks_list(&disks, &count), 0);
	assert_true(count > 0);
	bounds_make(&bounds, &nursery, "disks", &limits);
	snprintf(path, sizeof(path), "%s/%s", bounds_home(&nursery, LIMIT_IO, "disks"),
		v1 ? "blkio.throttle.read_bps_device" : "io.max");
	assert_true(file_read_text_at(AT_FDCWD, path, text, sizeof(text)) >= 0);
	for (size_t i = 0; i < count; i++) {
		expected_line(&disks[i], v1, line, sizeof(line));
		assert_non_null(strstr(text, line));
	}
	limit_set_lift(bounds.set);
	assert_int_equal(file_read_text_at(AT_FDCWD, path, text, sizeof(text)), 0);
	bounds_end(&bounds);
}

/* A file of the test's own on a disk, past the page cache. */
struct disk_file {
	char path[64];
};

static void disk_file_make(struct disk_file *file)
{
	int fd;

	strcpy(file->path, "/var/tmp/axe-io-XXXXXX");
	fd = mkostemp(file->path, O_CLOEXEC);
	assert_true(fd >= 0);
	close(fd);
	fd = open(file->path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		return;
	}
	unlink(file->path);
	skip_case("no file system here takes direct writes");
}

static struct limits written_at_most(uint64_t bytes_a_second)
{
	struct limits limits = { .set = { [LIMIT_IO] = true } };

	limits.io.wbps = bytes_a_second;
	if (limit_check(&nursery.hierarchy, &limits, LIMIT_IO, NULL) < 0)
		skip_case("this host cannot bound the rates of disks");
	return limits;
}

static void writes_to_a_disk_are_slowed_down_and_counted(void **state)
{
	const struct limits limits = written_at_most(4 * MIB);
	struct disk_file file;
	struct bounds bounds;
	struct birth birth;
	struct limit_usage usage;
	uint64_t begun_ns;
	char output[80], evidence[LIMIT_EVIDENCE_SIZE];

	disk_file_make(&file);
	snprintf(output, sizeof(output), "of=%s", file.path);
	bounds_make(&bounds, &nursery, "disk", &limits);
	bounds_prepare(&bounds, &birth,
		ARGV("dd", "if=/dev/zero", output, "bs=1M", "count=4", "oflag=direct",
			"conv=notrunc"));
	begun_ns = clock_monotonic_ns();
	birth_run(&birth);
	unlink(file.path);
	assert_int_equal(birth.status, 0);
	assert_true(clock_monotonic_ns() - begun_ns >= 500 * NS_PER_MS);
	limit_set_usage(bounds.set, &usage);
	usage_note_end(&usage, birth.status, (clock_monotonic_ns() - begun_ns) / 1000);
	assert_true(usage.has_io_written && usage.has_io_writes && usage.has_io_read);
	assert_true(usage.io_written_bytes >= 4 * MIB);
	assert_true(usage.io_writes >= 4);
	assert_true(limit_usage_exceeded(&usage, &limits, LIMIT_IO, evidence));
	bounds_end(&bounds);
}

/* It dies only when its write is done, which at this rate takes minutes. */
static void slowed_writer_dies_at_once_when_its_rate_is_lifted(void **state)
{
	const struct limits limits = written_at_most(16384);
	struct disk_file file;
	struct bounds bounds;
	struct running running;
	uint64_t lifted_ns;
	char output[80], path[64], text[256] = "";

	disk_file_make(&file);
	snprintf(output, sizeof(output), "of=%s", file.path);
	bounds_make(&bounds, &nursery, "writer", &limits);
	bounds_start(&bounds, &running,
		ARGV("dd", "if=/dev/zero", output, "bs=1M", "count=4", "oflag=direct",
			"conv=notrunc"));
	snprintf(path, sizeof(path), "/proc/%d/wchan", running.spawned.pid);
	lifted_ns = clock_monotonic_ns();
	while (!strstr(text, "dio") && !strstr(text, "io_schedule") &&
		clock_monotonic_ns() - lifted_ns < 20 * NS_PER_SEC) {
		poll(NULL, 0, 1);
		assert_true(file_read_text_at(AT_FDCWD, path, text, sizeof(text)) >= 0);
	}
	lifted_ns = clock_monotonic_ns();
	limit_set_lift(bounds.set);
	bounds_stop(&bounds, &running);
	assert_true(clock_monotonic_ns() - lifted_ns < 10 * NS_PER_SEC);
	unlink(file.path);
	bounds_end(&bounds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_disk_has_the_rate_until_it_is_lifted),
		cmocka_unit_test(writes_to_a_disk_are_slowed_down_and_counted),
		cmocka_unit_test(slowed_writer_dies_at_once_when_its_rate_is_lifted),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown);
}
