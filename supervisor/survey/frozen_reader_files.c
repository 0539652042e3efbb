/* Inside the disposable process: what one process has open and mapped. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "survey/frozen_reader.h"
#include "survey/lines.h"
#include "survey/source.h"

#define URING "anon_inode:[io_uring]"

/* The kernel's form: see struct axe_frozen_file. */
static uint32_t device_number(dev_t device)
{
	return major(device) << 20 | minor(device);
}

/* "pos:	12", "flags:	0100002" in octal, "lock:	1: FLOCK ..." */
static int read_fdinfo_line(char *line, void *data)
{
	struct axe_frozen_file *file = data;
	unsigned long long position;

	if (sscanf(line, "pos: %llu", &position) == 1)
		file->position = position;
	sscanf(line, "flags: %o", &file->flags);
	if (strncmp(line, "lock:", 5) == 0)
		file->marks |= AXE_FROZEN_LOCKED;
	return 0;
}

/* Terminals, and null, zero and their like: every program has them. */
static bool is_harmless(dev_t device)
{
	unsigned number = minor(device);

	if (major(device) == 1)
		return number == 3 || number == 5 || (number >= 7 && number <= 9);
	return major(device) == 4 || major(device) == 5 ||
	       (major(device) >= 136 && major(device) < 144);
}

static void mark(struct axe_frozen_file *file, const struct stat *info, const char *target)
{
	bool writes = (file->flags & O_ACCMODE) != O_RDONLY;
	bool matters = file->marks & AXE_FROZEN_LOCKED;

	if (S_ISREG(info->st_mode) && writes)
		matters = true;
	if ((S_ISBLK(info->st_mode) && writes) ||
		(S_ISCHR(info->st_mode) && !is_harmless(info->st_rdev))) {
		file->marks |= AXE_FROZEN_DEVICE;
		matters = true;
	}
	if (strcmp(target, URING) == 0)
		file->marks = AXE_FROZEN_URING;
	else if (!matters)
		file->marks = 0;
	else if (writes)
		file->marks |= AXE_FROZEN_WRITES;
}

/* A copy of the descriptor is asked, since /proc does not tell it of one socket. */
static bool listens(unsigned pid, unsigned descriptor)
{
	auto_fd process = pidfd_open((pid_t)pid, 0);
	auto_fd copy = process < 0 ? -1 : pidfd_getfd(process, (int)descriptor, 0);
	socklen_t size = sizeof(int);
	int accepts = 0;

	return copy >= 0 && getsockopt(copy, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 &&
	       accepts;
}

static void read_file(const struct survey_host *host, unsigned pid, const char *name, int answer)
{
	struct axe_frozen_file file = { .head = { AXE_FROZEN_FILE, pid } };
	char path[64], target[sizeof(URING) + 1] = "";
	struct stat info;
	struct statfs system = { 0 };
	auto_fd fd = -1;

	file.descriptor = (uint32_t)strtoul(name, NULL, 10);
	snprintf(path, sizeof(path), "proc/%u/fdinfo/%u", pid, file.descriptor);
	if (lines_read(host, path, 0, read_fdinfo_line, &file, NULL) < 0)
		return;
	snprintf(path, sizeof(path), "proc/%u/fd/%u", pid, file.descriptor);
	if (fstatat(host->root, path, &info, 0) < 0)
		return;
	if (readlinkat(host->root, path, target, sizeof(target) - 1) < 0)
		return;
	mark(&file, &info, target);
	if (S_ISSOCK(info.st_mode) && listens(pid, file.descriptor))
		file.marks = AXE_FROZEN_LISTENS;
	if (!file.marks)
		return;
	/* O_PATH: nothing is really opened, a device least of all. */
	fd = openat(host->root, path, O_PATH | O_CLOEXEC);
	if (fd >= 0 && fstatfs(fd, &system) == 0)
		file.magic = (uint32_t)system.f_type;
	file.size = (uint64_t)info.st_size;
	file.inode = info.st_ino;
	file.device = device_number(info.st_dev);
	file.special = device_number(info.st_rdev);
	file.links = (uint32_t)info.st_nlink;
	file.mode = info.st_mode;
	frozen_send(answer, &file, sizeof(file));
}

void frozen_read_files(
	const struct survey_host *host, struct axe_frozen_process *process, int answer)
{
	char path[64];
	struct dirent *entry;
	DIR *folder;
	int fd;

	snprintf(path, sizeof(path), "proc/%u/fd", process->head.tgid);
	fd = openat(host->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	folder = fd < 0 ? NULL : fdopendir(fd);
	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		process->files++;
		read_file(host, process->head.tgid, entry->d_name, answer);
	}
	if (folder)
		closedir(folder);
	else
		cleanup_fd(&fd);
}

struct map_reading {
	const struct survey_host *host;
	unsigned pid;
	int answer;
};

/* "7f00-7f01 rw-s 00000000 fe:01 42    /path" */
static int read_map_line(char *line, void *data)
{
	const struct map_reading *reading = data;
	struct axe_frozen_map map = { .head = { AXE_FROZEN_MAP, reading->pid } };
	unsigned long long start, end, inode;
	unsigned device_major, device_minor;
	struct stat info;
	char rights[8], path[96];

	if (sscanf(line, "%llx-%llx %7s %*x %x:%x %llu", &start, &end, rights, &device_major,
		    &device_minor, &inode) != 6 ||
		rights[1] != 'w' || rights[3] != 's' || !inode)
		return 0;
	snprintf(path, sizeof(path), "proc/%u/map_files/%llx-%llx", reading->pid, start, end);
	if (fstatat(reading->host->root, path, &info, 0) < 0 || !S_ISREG(info.st_mode) ||
		!info.st_nlink)
		return 0;
	map.start = start;
	map.end = end;
	map.inode = inode;
	map.size = (uint64_t)info.st_size;
	map.device = device_major << 20 | device_minor;
	map.links = (uint32_t)info.st_nlink;
	map.mode = info.st_mode;
	frozen_send(reading->answer, &map, sizeof(map));
	return 0;
}

void frozen_read_maps(const struct survey_host *host, unsigned pid, int answer)
{
	struct map_reading reading = { host, pid, answer };
	char path[64];

	snprintf(path, sizeof(path), "proc/%u/maps", pid);
	lines_read(host, path, 0, read_map_line, &reading, NULL);
}
