/* What stays in the live kernel without a process: devices, routes, groups, locks. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/route.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "support/groups.h"
#include "support/mounts.h"
#include "support/require.h"
#include "support/unit.h"
#include "survey/picture.h"
#include "survey/source.h"
#include "survey/survey.h"

#define BRIDGE "axe-trial0"

static bool is_suspect(pid_t pid, void *data)
{
	return pid == *(pid_t *)data;
}

static struct picture *look(void)
{
	const struct survey_host host = {
		.root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.live = true,
	};
	struct picture *picture = picture_take(&host);

	close(host.root);
	return picture;
}

/* The finding of that kind and object since `before`, which goes; others of this host do not
 * matter. A new reference. */
static json_t *find(struct picture *before, const char *kind, const char *object, pid_t suspect)
{
	const struct survey_suspects suspects = { .include = is_suspect, .data = &suspect };
	struct picture *after = look();
	json_t *findings = survey_compare(before, after, &suspects), *row, *found = NULL;
	size_t index;

	json_array_foreach (findings, index, row) {
		const char *told = json_string_value(json_object_get(row, "object"));

		if (strcmp(json_string_value(json_object_get(row, "kind")), kind) == 0 &&
			strncmp(told, object, strlen(object)) == 0)
			found = json_incref(row);
	}
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	return found;
}

static int set_flags(int fd, short flags)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = flags };

	return ioctl(fd, SIOCSIFFLAGS, &request);
}

static void set_address(struct sockaddr *address, uint32_t number)
{
	struct sockaddr_in *inet = (struct sockaddr_in *)address;

	inet->sin_family = AF_INET;
	inet->sin_addr.s_addr = htonl(number);
}

/* 192.0.2.0/24 by way of the loopback device. */
static int add_route(int fd)
{
	char device[] = "lo";
	struct rtentry route = { .rt_flags = RTF_UP, .rt_dev = device };

	set_address(&route.rt_dst, 0xc0000200);
	set_address(&route.rt_genmask, 0xffffff00);
	return ioctl(fd, SIOCADDRT, &route);
}

static void device_up_and_route_are_found(void **state)
{
	struct picture *before;
	json_t *device, *route;
	int fd;

	/* Nobody else's network is touched. */
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	before = look();
	assert_int_equal(set_flags(fd, IFF_UP), 0);
	device = find(before, "network_device", "lo", 0);
	assert_non_null(device);
	assert_string_equal(
		json_string_value(json_object_get(device, "certainty")), "unattributed");
	json_decref(device);
	before = look();
	assert_int_equal(add_route(fd), 0);
	route = find(before, "route", "192.0.2.0/24 dev lo", 0);
	assert_non_null(route);
	json_decref(route);
	close(fd);
}

static void made_device_is_found_and_gone_again(void **state)
{
	struct picture *before;
	json_t *row;
	int fd;

	assert_int_equal(unshare(CLONE_NEWNET), 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	before = look();
	if (ioctl(fd, SIOCBRADDBR, BRIDGE) < 0) {
		picture_destroy(before);
		close(fd);
		skip_case("no bridges here");
	}
	row = find(before, "network_device", BRIDGE, 0);
	assert_non_null(row);
	json_decref(row);
	before = look();
	assert_int_equal(ioctl(fd, SIOCBRDELBR, BRIDGE), 0);
	row = find(before, "network_device", BRIDGE, 0);
	assert_string_equal(json_string_value(json_object_get(row, "evidence")),
		"is no longer there, and was before");
	json_decref(row);
	close(fd);
}

/* Whether the next picture has that group. */
static bool remembers(
	const struct survey_host *host, struct survey_memory *memory, const char *path)
{
	struct picture *picture = picture_take_again(host, memory);
	bool there = false;

	assert_non_null(picture);
	for (size_t index = 0; index < survey_sources_count; index++)
		if (survey_sources[index] == &survey_groups)
			there = json_object_get(picture->objects[index], path + 1);
	picture_destroy(picture);
	return there;
}

static void group_outside_is_found(void **state)
{
	struct test_groups groups;
	struct picture *before;
	char path[256];
	json_t *row;

	assert_int_equal(test_groups_create(&groups), 0);
	before = look();
	/* A test's own group is one of ours by its name: beside it. */
	snprintf(path, sizeof(path), "%s/trial-survey-%d", groups.mount, getpid());
	assert_int_equal(mkdir(path, 0755), 0);
	row = find(before, "group", path, 0);
	assert_int_equal(rmdir(path), 0);
	assert_non_null(row);
	json_decref(row);
	assert_int_equal(test_groups_destroy(&groups), 0);
}

/* By what the kernel tells, and not only to who looks at each group again. */
static void group_is_told_of_to_who_remembers(void **state)
{
	const struct survey_host host = {
		.root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.live = true,
	};
	struct survey_memory *memory = survey_memory_create();
	char outer[256], inner[280];
	struct test_groups groups;

	assert_int_equal(test_groups_create(&groups), 0);
	snprintf(outer, sizeof(outer), "%s/trial-memory-%d", groups.mount, getpid());
	snprintf(inner, sizeof(inner), "%s/inner", outer);
	for (unsigned round = 0; round < 4; round++)
		picture_destroy(picture_take_again(&host, memory));
	assert_int_equal(mkdir(outer, 0755), 0);
	assert_true(remembers(&host, memory, outer));
	for (unsigned round = 0; round < 4; round++)
		assert_false(remembers(&host, memory, inner));
	assert_int_equal(mkdir(inner, 0755), 0);
	assert_true(remembers(&host, memory, inner));
	assert_int_equal(rmdir(inner), 0);
	assert_false(remembers(&host, memory, inner));
	assert_int_equal(rmdir(outer), 0);
	assert_false(remembers(&host, memory, outer));
	survey_memory_destroy(memory);
	close(host.root);
	assert_int_equal(test_groups_destroy(&groups), 0);
}

static void lock_that_was_handed_outside_is_proved(void **state)
{
	char path[] = "/var/tmp/axe-lock-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);
	struct picture *before = look();
	json_t *row;
	pid_t pid;

	assert_true(fd >= 0);
	unlink(path);
	pid = fork();
	assert_true(pid >= 0);
	/* The descriptor is shared, and so the lock outlives who takes it. */
	if (pid == 0)
		_exit(flock(fd, LOCK_EX) < 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	row = find(before, "file_lock", "WRITE lock", pid);
	close(fd);
	assert_non_null(row);
	assert_string_equal(json_string_value(json_object_get(row, "certainty")), "proved");
	assert_int_equal(json_integer_value(json_object_get(row, "pid")), pid);
	json_decref(row);
}

/* In a mount namespace of its own: tracefs need not be mounted on this host. */
static int instance_is_found(void)
{
	char path[96];
	struct picture *before;
	json_t *row;
	int code;

	/* Busy is a place that has it already. */
	if (mounts_leave_host("/sys") < 0 ||
		(mount("none", "/sys/kernel/tracing", "tracefs", 0, NULL) < 0 && errno != EBUSY))
		return 77;
	before = look();
	snprintf(path, sizeof(path), "/sys/kernel/tracing/instances/trial-%d", getpid());
	if (mkdir(path, 0700) < 0)
		return 77;
	row = find(before, "tracing", path, 0);
	code = row ? 0 : 1;
	json_decref(row);
	return rmdir(path) < 0 ? 2 : code;
}

static void tracing_instance_is_found(void **state)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(instance_is_found());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip_case("no tracing here");
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_up_and_route_are_found),
		cmocka_unit_test(made_device_is_found_and_gone_again),
		cmocka_unit_test(group_outside_is_found),
		cmocka_unit_test(group_is_told_of_to_who_remembers),
		cmocka_unit_test(lock_that_was_handed_outside_is_proved),
		cmocka_unit_test(tracing_instance_is_found),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
