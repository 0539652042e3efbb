/* The survey of the live host, with objects that a test may make. */
#include "survey/survey.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/mounts.h"
#include "support/require.h"
#include "support/unit.h"
#include "survey/source.h"

static bool is_ours(pid_t pid, void *data)
{
	return pid == getpid();
}

/* The finding of that kind and object between before and now; others of this host do not matter. */
static json_t *find(struct picture *before, const char *kind, const char *object)
{
	const struct survey_host host = { open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.live = true };
	const struct survey_suspects suspects = { .include = is_ours };
	struct picture *after = picture_take(&host);
	json_t *findings = survey_compare(before, after, &suspects), *row, *found = NULL;
	size_t index;

	assert_non_null(findings);
	json_array_foreach (findings, index, row)
		if (strcmp(json_string_value(json_object_get(row, "kind")), kind) == 0 &&
			strcmp(json_string_value(json_object_get(row, "object")), object) == 0)
			found = json_incref(row);
	json_decref(findings);
	picture_destroy(after);
	close(host.root);
	return found;
}

static struct picture *look(void)
{
	const struct survey_host host = { open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.live = true };
	struct picture *picture = picture_take(&host);

	assert_non_null(picture);
	close(host.root);
	return picture;
}

static const char *certainty_of(const json_t *row)
{
	return json_string_value(json_object_get(row, "certainty"));
}

static void segment_is_found_and_proved(void **state)
{
	struct picture *before = look();
	int id = shmget(IPC_PRIVATE, 4096, 0600);
	char object[64];
	json_t *row;

	assert_true(id >= 0);
	snprintf(object, sizeof(object), "shm %d", id);
	row = find(before, "sysv_ipc", object);
	shmctl(id, IPC_RMID, NULL);
	assert_non_null(row);
	assert_string_equal(certainty_of(row), "proved");
	json_decref(row);
	assert_null(find(before, "sysv_ipc", object));
	picture_destroy(before);
}

static void posix_segment_is_found(void **state)
{
	struct picture *before = look();
	char path[64];
	json_t *row;
	int fd;

	snprintf(path, sizeof(path), "/dev/shm/axe-survey-%d", getpid());
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	row = find(before, "posix_shm", path);
	unlink(path);
	assert_non_null(row);
	json_decref(row);
	picture_destroy(before);
}

static void listening_socket_is_found(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct picture *before = look();
	char object[128];
	json_t *row;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/axe-survey-%d", getpid());
	snprintf(object, sizeof(object), "unix %s", address.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	row = find(before, "socket", object);
	unlink(address.sun_path);
	close(fd);
	assert_non_null(row);
	json_decref(row);
	picture_destroy(before);
}

/* On a port of the kernel's choice; told by sock_diag, or by the files of /proc. */
static void listen_anywhere(int family, bool by_files)
{
	struct sockaddr_storage address = { .ss_family = (sa_family_t)family };
	const struct survey_host host = { open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.live = !by_files };
	const struct survey_suspects suspects = { .include = is_ours };
	struct picture *before = picture_take(&host), *after;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(address);
	json_t *findings, *row;
	bool found = false;
	char object[64];
	size_t index;

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(object, sizeof(object), "%s port %u", family == AF_INET ? "tcp" : "tcp6",
		ntohs(((struct sockaddr_in *)&address)->sin_port));
	after = picture_take(&host);
	close(fd);
	findings = survey_compare(before, after, &suspects);
	json_array_foreach (findings, index, row)
		found |= strcmp(json_string_value(json_object_get(row, "object")), object) == 0;
	assert_true(found);
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	close(host.root);
}

static void listening_port_is_found(void **state)
{
	listen_anywhere(AF_INET, false);
	listen_anywhere(AF_INET, true);
}

static void listening_port_of_the_sixth_version_is_found(void **state)
{
	listen_anywhere(AF_INET6, false);
	listen_anywhere(AF_INET6, true);
}

/* In a mount namespace of its own: other programs do not see it. */
static int mount_is_found(void)
{
	char place[] = "/dev/shm/axe-survey-XXXXXX";
	struct picture *before;
	json_t *row;
	int code = 1;

	if (mounts_leave_host("/dev") < 0 || !mkdtemp(place))
		return 2;
	before = look();
	if (mount("none", place, "tmpfs", 0, NULL) == 0) {
		row = find(before, "mount", place);
		code = row ? 0 : 3;
		json_decref(row);
		umount(place);
	}
	picture_destroy(before);
	rmdir(place);
	return code;
}

static void mount_below_a_test_folder_is_found(void **state)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(mount_is_found());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segment_is_found_and_proved),
		cmocka_unit_test(posix_segment_is_found),
		cmocka_unit_test(listening_socket_is_found),
		cmocka_unit_test(listening_port_is_found),
		cmocka_unit_test(listening_port_of_the_sixth_version_is_found),
		cmocka_unit_test(mount_below_a_test_folder_is_found),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
