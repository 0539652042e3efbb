/* Who writes settings and opens devices, as the live kernel tells it of a watched group. */
#include "observe/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "support/bpf_group.h"
#include "support/groups.h"
#include "support/require.h"
#include "support/unit.h"

#define LEVEL    2 /* <v2 root>/axe-test-.../writes */
#define ROWS     4
#define ROWS_MAX 16

/* Of the caller's own network namespace: nobody else's is touched. */
#define KNOB "/proc/sys/net/ipv4/ip_default_ttl"

struct stage {
	struct test_groups groups;
	struct bpf_group group;
	struct evidence *evidence;
	struct evidence_watch watch;
	struct axe_evidence_key keys[ROWS_MAX];
	struct axe_evidence rows[ROWS_MAX];
	int count;
};

static void begin(struct stage *stage)
{
	const struct evidence_config config = { .watch_level = LEVEL, .rows = ROWS };
	struct error error = { 0 };

	memset(stage, 0, sizeof(*stage));
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(test_groups_create(&stage->groups), 0);
	assert_int_equal(bpf_group_create(&stage->group, stage->groups.path, "writes"), 0);
	if (evidence_create(&config, &stage->evidence, &error) < 0)
		fail_msg("%s", error.text);
	if (evidence_attach(stage->evidence, stage->group.fd, &stage->watch, &error) < 0)
		fail_msg("%s", error.text);
}

static void end(struct stage *stage)
{
	evidence_detach(&stage->watch);
	evidence_destroy(stage->evidence);
	bpf_group_close(&stage->group);
	assert_int_equal(test_groups_destroy(&stage->groups), 0);
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t put = fd < 0 ? -1 : write(fd, text, strlen(text));

	close(fd);
	return put == (ssize_t)strlen(text) ? 0 : 1;
}

static pid_t run(struct stage *stage, int (*body)(void *data), void *data)
{
	pid_t pid = bpf_group_spawn(&stage->group, body, data);
	int status;

	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return pid;
}

static void keep(const struct axe_evidence_key *key, const struct axe_evidence *row, void *data)
{
	struct stage *stage = data;

	assert_true(stage->count < ROWS_MAX);
	stage->keys[stage->count] = *key;
	stage->rows[stage->count++] = *row;
}

static int collect(struct stage *stage)
{
	int told;

	stage->count = 0;
	told = evidence_collect(stage->evidence, stage->group.id, keep, stage);
	assert_int_equal(told, stage->count);
	return told;
}

static int write_twice(void *data)
{
	char value[16];

	prctl(PR_SET_NAME, "knob-turner");
	return put(KNOB, "77") || put(KNOB, "78\n") ||
	       file_read_text_at(AT_FDCWD, KNOB, value, sizeof(value)) < 0;
}

static void write_is_told_with_both_values_and_its_writer(void **state)
{
	struct stage stage;
	pid_t pid;

	begin(&stage);
	assert_int_equal(put(KNOB, "66"), 0); /* outside: nobody's business */
	pid = run(&stage, write_twice, NULL);
	assert_int_equal(collect(&stage), 1);
	assert_int_equal(stage.keys[0].kind, AXE_EVIDENCE_SYSCTL);
	assert_string_equal(stage.keys[0].name, "net/ipv4/ip_default_ttl");
	assert_int_equal(stage.rows[0].writes, 2);
	assert_int_equal(strncmp(stage.rows[0].old_value, "66", 2), 0);
	assert_int_equal(strncmp(stage.rows[0].new_value, "78", 2), 0);
	assert_int_equal(stage.rows[0].first.process.tgid, pid);
	assert_true(stage.rows[0].first.process.start_ns > 0);
	assert_string_equal(stage.rows[0].last.comm, "knob-turner");
	assert_true(stage.rows[0].last.time_ns >= stage.rows[0].first.time_ns);
	assert_int_equal(stage.rows[0].flags, 0);
	assert_int_equal(collect(&stage), 0); /* told once */
	end(&stage);
}

static void namespace_of_the_writer_is_told(void **state)
{
	struct stage stage;
	struct stat info;

	begin(&stage);
	run(&stage, write_twice, NULL);
	assert_int_equal(collect(&stage), 1);
	assert_int_equal(stat("/proc/self/ns/net", &info), 0);
	assert_int_equal(stage.rows[0].last.net_namespace, info.st_ino);
	assert_int_equal(stat("/proc/self/ns/ipc", &info), 0);
	assert_int_equal(stage.rows[0].last.ipc_namespace, info.st_ino);
	assert_int_equal(stat("/proc/self/ns/uts", &info), 0);
	assert_int_equal(stage.rows[0].last.uts_namespace, info.st_ino);
	end(&stage);
}

static int open_kernel_log(void *data)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int reads = open("/dev/kmsg", O_RDONLY | O_CLOEXEC);
	int writes = data ? open("/dev/kmsg", O_WRONLY | O_CLOEXEC) : 0;

	return null < 0 || reads < 0 || writes < 0;
}

static void dangerous_device_is_told_when_opened_for_writing(void **state)
{
	struct stage stage;
	pid_t pid;

	begin(&stage);
	run(&stage, open_kernel_log, NULL);
	assert_int_equal(collect(&stage), 0);
	pid = run(&stage, open_kernel_log, &stage);
	assert_int_equal(collect(&stage), 1);
	assert_int_equal(stage.keys[0].kind, AXE_EVIDENCE_DEVICE);
	assert_int_equal(stage.keys[0].device.type, AXE_DEVICE_CHARACTER);
	assert_int_equal(stage.keys[0].device.major, 1);
	assert_int_equal(stage.keys[0].device.minor, 11);
	assert_int_equal(stage.rows[0].last.process.tgid, pid);
	assert_true(stage.rows[0].access & BPF_DEVCG_ACC_WRITE);
	end(&stage);
}

static int write_many(void *data)
{
	static const char *const knobs[] = { "ip_default_ttl", "ip_forward", "tcp_syn_retries",
		"tcp_retries1", "tcp_retries2", "tcp_fin_timeout", "tcp_orphan_retries" };
	char path[128], value[32];

	for (size_t i = 0; i < sizeof(knobs) / sizeof(*knobs); i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", knobs[i]);
		if (file_read_text_at(AT_FDCWD, path, value, sizeof(value)) < 0 || put(path, value))
			return 1;
	}
	return 0;
}

static void rows_without_room_are_counted(void **state)
{
	struct stage stage;

	begin(&stage);
	assert_int_equal(evidence_lost(stage.evidence), 0);
	run(&stage, write_many, NULL);
	assert_int_equal(collect(&stage) + (int)evidence_lost(stage.evidence), 7);
	assert_true(evidence_lost(stage.evidence) > 0);
	end(&stage);
}

static void nothing_is_told_after_the_detachment(void **state)
{
	struct stage stage;

	begin(&stage);
	evidence_detach(&stage.watch);
	run(&stage, write_twice, NULL);
	assert_int_equal(collect(&stage), 0);
	end(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(write_is_told_with_both_values_and_its_writer),
		cmocka_unit_test(namespace_of_the_writer_is_told),
		cmocka_unit_test(dangerous_device_is_told_when_opened_for_writing),
		cmocka_unit_test(rows_without_room_are_counted),
		cmocka_unit_test(nothing_is_told_after_the_detachment),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
