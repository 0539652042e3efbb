/*
 * What a process that does not die waits for: the call it is in, and the file behind that.
 *
 * The file is found by words alone (the argument of the call, the links in /proc, the longest mount
 * point that begins its path): who touched it would wait, too.
 */
#include "ending/survivor_wait.h"

#include <fcntl.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "ending/survivor_device.h"

#define ARGUMENTS 6
#define PATH_SIZE 4096

enum operand { OPERAND_DESCRIPTOR, OPERAND_PATH, OPERAND_PATH_AT };

/* Of calls that wait for a file system, what their first arguments are. */
static const struct call_row {
	const char *name;
	enum operand operand;
} calls[] = {
	{ "access", OPERAND_PATH },
	{ "chdir", OPERAND_PATH },
	{ "chmod", OPERAND_PATH },
	{ "creat", OPERAND_PATH },
	{ "execve", OPERAND_PATH },
	{ "getxattr", OPERAND_PATH },
	{ "lgetxattr", OPERAND_PATH },
	{ "lstat", OPERAND_PATH },
	{ "mkdir", OPERAND_PATH },
	{ "open", OPERAND_PATH },
	{ "readlink", OPERAND_PATH },
	{ "rename", OPERAND_PATH },
	{ "rmdir", OPERAND_PATH },
	{ "stat", OPERAND_PATH },
	{ "statfs", OPERAND_PATH },
	{ "truncate", OPERAND_PATH },
	{ "umount2", OPERAND_PATH },
	{ "unlink", OPERAND_PATH },
	{ "execveat", OPERAND_PATH_AT },
	{ "faccessat", OPERAND_PATH_AT },
	{ "faccessat2", OPERAND_PATH_AT },
	{ "fchmodat", OPERAND_PATH_AT },
	{ "fchownat", OPERAND_PATH_AT },
	{ "mkdirat", OPERAND_PATH_AT },
	{ "newfstatat", OPERAND_PATH_AT },
	{ "openat", OPERAND_PATH_AT },
	{ "openat2", OPERAND_PATH_AT },
	{ "readlinkat", OPERAND_PATH_AT },
	{ "renameat", OPERAND_PATH_AT },
	{ "renameat2", OPERAND_PATH_AT },
	{ "statx", OPERAND_PATH_AT },
	{ "unlinkat", OPERAND_PATH_AT },
	{ "close", OPERAND_DESCRIPTOR },
	{ "fallocate", OPERAND_DESCRIPTOR },
	{ "fdatasync", OPERAND_DESCRIPTOR },
	{ "flock", OPERAND_DESCRIPTOR },
	{ "fstat", OPERAND_DESCRIPTOR },
	{ "fstatfs", OPERAND_DESCRIPTOR },
	{ "fsync", OPERAND_DESCRIPTOR },
	{ "ftruncate", OPERAND_DESCRIPTOR },
	{ "getdents64", OPERAND_DESCRIPTOR },
	{ "ioctl", OPERAND_DESCRIPTOR },
	{ "lseek", OPERAND_DESCRIPTOR },
	{ "pread64", OPERAND_DESCRIPTOR },
	{ "preadv", OPERAND_DESCRIPTOR },
	{ "preadv2", OPERAND_DESCRIPTOR },
	{ "pwrite64", OPERAND_DESCRIPTOR },
	{ "pwritev", OPERAND_DESCRIPTOR },
	{ "pwritev2", OPERAND_DESCRIPTOR },
	{ "read", OPERAND_DESCRIPTOR },
	{ "readv", OPERAND_DESCRIPTOR },
	{ "sync_file_range", OPERAND_DESCRIPTOR },
	{ "syncfs", OPERAND_DESCRIPTOR },
	{ "write", OPERAND_DESCRIPTOR },
	{ "writev", OPERAND_DESCRIPTOR },
};

/* "262 0xffffff9c 0x7ffc... 0x... 0x... 0x... 0x... SP PC"; "running"; "-1 SP PC" */
json_t *survivor_call_json(pid_t pid)
{
	uint64_t words[ARGUMENTS];
	char path[64], text[256];
	char *name;
	json_t *call;
	int number;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	if (file_read_text_at(AT_FDCWD, path, text, sizeof(text)) < 0 ||
		sscanf(text,
			"%d %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64,
			&number, &words[0], &words[1], &words[2], &words[3], &words[4],
			&words[5]) < 1 + ARGUMENTS)
		return json_null();
	name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
	call = json_pack("{s:i, s:s?, s:[]}", "number", number, "name", name, "arguments");
	free(name);
	for (int at = 0; at < ARGUMENTS; at++)
		json_array_append_new(
			json_object_get(call, "arguments"), json_sprintf("0x%" PRIx64, words[at]));
	return call;
}

static uint64_t argument(const json_t *call, size_t number)
{
	const char *word =
		json_string_value(json_array_get(json_object_get(call, "arguments"), number));

	return word ? strtoull(word, NULL, 16) : 0;
}

/* Where a descriptor leads; "": unknown. */
static void read_link(pid_t pid, uint64_t descriptor, char target[static PATH_SIZE])
{
	char path[64];
	ssize_t length;

	if ((int)descriptor == AT_FDCWD)
		snprintf(path, sizeof(path), "/proc/%d/cwd", pid);
	else
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, (int)descriptor);
	length = readlink(path, target, PATH_SIZE - 1);
	target[length > 0 ? length : 0] = '\0';
}

/* A text in its memory, relative to a folder. */
static void read_path(pid_t pid, uint64_t folder, uint64_t address, char path[static PATH_SIZE])
{
	char text[PATH_SIZE] = "", base[PATH_SIZE];
	uint64_t page_end = (address | 4095) + 1;
	struct iovec ours = { text, sizeof(text) - 1 };
	/* The rest of its page first: the next one may not be there. */
	struct iovec theirs[] = { { (void *)(uintptr_t)address, (size_t)(page_end - address) },
		{ (void *)(uintptr_t)page_end, sizeof(text) } };

	path[0] = '\0';
	if (process_vm_readv(pid, &ours, 1, theirs, 2, 0) <= 0)
		return;
	if (text[0] == '/') {
		memcpy(path, text, sizeof(text));
		return;
	}
	read_link(pid, folder, base);
	if (base[0] && snprintf(path, PATH_SIZE, "%s/%s", base, text) >= PATH_SIZE)
		path[0] = '\0';
}

static void find_path(pid_t pid, const json_t *call, char path[static PATH_SIZE])
{
	const char *name = json_string_value(json_object_get(call, "name"));

	path[0] = '\0';
	for (size_t at = 0; name && at < sizeof(calls) / sizeof(*calls); at++) {
		if (strcmp(calls[at].name, name) != 0)
			continue;
		switch (calls[at].operand) {
		case OPERAND_DESCRIPTOR:
			read_link(pid, argument(call, 0), path);
			break;
		case OPERAND_PATH:
			read_path(pid, (uint64_t)AT_FDCWD, argument(call, 0), path);
			break;
		case OPERAND_PATH_AT:
			read_path(pid, argument(call, 0), argument(call, 1), path);
			break;
		}
	}
}

struct mount {
	char device[32], point[PATH_SIZE], type[64], source[PATH_SIZE];
	unsigned connection; /* of FUSE: the minor of its device */
	bool fuse;
};

/* "29 23 0:45 / /mnt rw shared:1 - fuse.sshfs source opts" */
static bool read_mount(const char *line, struct mount *mount)
{
	const char *behind = strstr(line, " - ");

	if (!behind || sscanf(line, "%*d %*d %31s %*s %4095s", mount->device, mount->point) != 2 ||
		sscanf(behind, " - %63s %4095s", mount->type, mount->source) != 2)
		return false;
	mount->fuse = strncmp(mount->type, "fuse", 4) == 0 && strcmp(mount->type, "fusectl") != 0;
	mount->connection = 0;
	sscanf(mount->device, "0:%u", &mount->connection);
	return true;
}

static bool is_below(const char *path, const char *point)
{
	size_t length = strlen(point);

	if (strcmp(point, "/") == 0)
		return true;
	return strncmp(path, point, length) == 0 && (!path[length] || path[length] == '/');
}

static bool is_asked(const struct mount *mount)
{
	char path[96], waiting[32];

	snprintf(path, sizeof(path), "/sys/fs/fuse/connections/%u/waiting", mount->connection);
	return file_read_text_at(AT_FDCWD, path, waiting, sizeof(waiting)) > 0 &&
	       strcmp(waiting, "0") != 0;
}

/* The mount of a path, or, where there is none, the only FUSE mount that somebody waits for. */
static bool find_mount(pid_t pid, const char *path, bool asks_fuse, struct mount *ret_mount)
{
	char table[64];
	auto_file file = NULL;
	auto_free char *line = NULL;
	auto_free struct mount *mount = malloc(sizeof(*mount));
	size_t room = 0, best = 0;
	unsigned asked = 0;

	snprintf(table, sizeof(table), "/proc/%d/mountinfo", pid);
	file = fopen(table, "re");
	while (mount && file && getline(&line, &room, file) > 0) {
		if (!read_mount(line, mount))
			continue;
		if (path[0] && is_below(path, mount->point) && strlen(mount->point) >= best) {
			best = strlen(mount->point);
			*ret_mount = *mount;
		}
		if (!path[0] && asks_fuse && mount->fuse && is_asked(mount)) {
			asked++;
			*ret_mount = *mount;
		}
	}
	return best > 0 || asked == 1;
}

/* "server:/export" */
static json_t *server_json(const struct mount *mount)
{
	const char *colon = strchr(mount->source, ':');

	if (strncmp(mount->type, "nfs", 3) != 0 || !colon)
		return json_null();
	return json_text(mount->source, (size_t)(colon - mount->source));
}

/* Those file systems are in memory: who looks at a node there waits for nothing. */
static bool is_of_nodes(const struct mount *mount)
{
	return strcmp(mount->type, "devtmpfs") == 0 || strcmp(mount->type, "tmpfs") == 0;
}

/* Under its file system, or behind the node that it has open. */
static json_t *device_json(pid_t pid, const char *path, const struct mount *mount)
{
	auto_fd host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (mount->fuse)
		return json_null();
	if (strncmp(mount->device, "0:", 2) != 0)
		return survivor_device_json(host, mount->device);
	return path[0] && is_of_nodes(mount) ? survivor_node_json(host, pid, path) : json_null();
}

json_t *survivor_target_json(pid_t pid, const json_t *call, bool asks_fuse)
{
	auto_free struct mount *mount = malloc(sizeof(*mount));
	char path[PATH_SIZE];

	find_path(pid, call, path);
	if (!mount || (!path[0] && !asks_fuse) || !find_mount(pid, path, asks_fuse, mount))
		return json_null();
	/* A path is not what it waits for when the one that it waits for is another's. */
	if (asks_fuse && !mount->fuse) {
		path[0] = '\0';
		if (!find_mount(pid, path, asks_fuse, mount))
			return json_null();
	}
	return json_pack("{s:o, s:o, s:s, s:o, s:s, s:o, s:o, s:o}", "path",
		path[0] ? json_text(path, strlen(path)) : json_null(), "mount",
		json_text(mount->point, strlen(mount->point)), "type", mount->type, "source",
		json_text(mount->source, strlen(mount->source)), "device", mount->device,
		"fuse_connection", mount->fuse ? json_integer(mount->connection) : json_null(),
		"server", server_json(mount), "block_device", device_json(pid, path, mount));
}
