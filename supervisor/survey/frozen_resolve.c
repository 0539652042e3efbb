/* What the files of a frozen picture are called, and what their fdinfo says of locks and FUSE. */
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "survey/device.h"
#include "survey/frozen_parts.h"
#include "survey/lines.h"
#include "survey/source.h"

#define PATH_SIZE 4096

/* A look at the clock costs what a look at a file does. */
#define FILES_PER_CLOCK 16

#define MAGIC_MQUEUE 0x19800202
#define MAGIC_FUSECT 0x65735543
#define MAGIC_RPC    0x67596969

static const uint32_t pseudo[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC,
	CGROUP2_SUPER_MAGIC, TRACEFS_MAGIC, DEBUGFS_MAGIC, SECURITYFS_MAGIC, BPF_FS_MAGIC,
	SELINUX_MAGIC, SMACK_MAGIC, PIPEFS_MAGIC, SOCKFS_MAGIC, ANON_INODE_FS_MAGIC, NSFS_MAGIC,
	BINFMTFS_MAGIC, EFIVARFS_MAGIC, PSTOREFS_MAGIC, DEVPTS_SUPER_MAGIC, RDTGROUP_SUPER_MAGIC,
	MAGIC_MQUEUE, MAGIC_FUSECT, MAGIC_RPC };

bool frozen_is_pseudo(uint32_t magic)
{
	for (size_t i = 0; i < sizeof(pseudo) / sizeof(*pseudo); i++)
		if (pseudo[i] == magic)
			return true;
	return false;
}

/* Which file was the first of each inode: whoever inherits a descriptor need not be asked again. */
struct known {
	uint32_t *slots; /* index + 1; 0: free */
	size_t mask;
};

static size_t find_slot(const struct known *known, const struct frozen_picture *picture,
	uint32_t device, uint64_t inode)
{
	size_t slot = (size_t)((inode * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & known->mask;

	for (; known->slots[slot]; slot = (slot + 1) & known->mask) {
		const struct axe_frozen_file *file =
			&frozen_file_at(picture, known->slots[slot] - 1)->record;

		if (file->inode == inode && file->device == device)
			break;
	}
	return slot;
}

static void proc_path(const struct axe_frozen_file *file, const char *folder, char path[static 64])
{
	snprintf(path, 64, "proc/%u/%s/%u", file->head.tgid, folder, file->descriptor);
}

static int add_text(struct frozen_picture *picture, const char *text, size_t size, frozen_text *ret)
{
	char *place;

	/* Text 0 is none. */
	if (!picture->texts.count && !frozen_list_add(&picture->texts, 1))
		return -ENOMEM;
	*ret = (frozen_text)picture->texts.count;
	place = frozen_list_add(&picture->texts, size + 1);
	if (!place)
		return -ENOMEM;
	memcpy(place, text, size);
	return 0;
}

static int resolve_path(struct frozen_picture *picture, const struct survey_host *host,
	const char *path, frozen_text *ret_path)
{
	char target[PATH_SIZE];
	ssize_t length = readlinkat(host->root, path, target, sizeof(target));

	if (length <= 0)
		return 0; /* the process is gone, or was never there */
	return add_text(picture, target, (size_t)length, ret_path);
}

/* "lock:	1: FLOCK  ADVISORY  WRITE 1234 00:1f:42 0 EOF"; "fuse_connection:	45" */
static int read_fdinfo_line(char *line, void *data)
{
	struct frozen_file *file = data;
	unsigned connection;

	if (strncmp(line, "lock:", 5) == 0) {
		if (strstr(line, " WRITE "))
			file->lock = FROZEN_LOCK_WRITE;
		else if (file->lock == FROZEN_LOCK_NONE)
			file->lock = FROZEN_LOCK_READ;
	}
	if (sscanf(line, "fuse_connection: %u", &connection) == 1)
		file->connection = connection;
	return 0;
}

static bool is_fuse(const struct axe_frozen_file *file, const struct survey_host *host)
{
	const struct device device = { S_ISBLK(file->mode), file->special >> 20,
		file->special & 0xfffff };

	return S_ISCHR(file->mode) && device_danger(host, &device) == DEVICE_FUSE;
}

static int resolve_file(struct frozen_picture *picture, const struct survey_host *host,
	struct known *known, size_t index)
{
	struct frozen_file *file = frozen_file_at(picture, index);
	uint32_t *slot;
	char path[64];

	if (file->record.marks & AXE_FROZEN_LOCKED || is_fuse(&file->record, host)) {
		proc_path(&file->record, "fdinfo", path);
		lines_read(host, path, 0, read_fdinfo_line, file, NULL);
	}
	if (!(file->record.marks & (AXE_FROZEN_WRITES | AXE_FROZEN_LOCKED | AXE_FROZEN_DEVICE)) ||
		frozen_is_pseudo(file->record.magic))
		return 0;
	slot = &known->slots[find_slot(known, picture, file->record.device, file->record.inode)];
	if (*slot) {
		file->path = frozen_file_at(picture, *slot - 1)->path;
		return 0;
	}
	*slot = (uint32_t)index + 1;
	proc_path(&file->record, "fd", path);
	return resolve_path(picture, host, path, &file->path);
}

/* Its file may have been closed since. */
static int resolve_map(struct frozen_picture *picture, const struct survey_host *host,
	struct known *known, size_t index)
{
	struct frozen_map *map = frozen_map_at(picture, index);
	uint32_t first =
		known->slots[find_slot(known, picture, map->record.device, map->record.inode)];
	char path[96];

	if (first) {
		map->path = frozen_file_at(picture, first - 1)->path;
		return 0;
	}
	snprintf(path, sizeof(path), "proc/%u/map_files/%llx-%llx", map->record.head.tgid,
		(unsigned long long)map->record.start, (unsigned long long)map->record.end);
	return resolve_path(picture, host, path, &map->path);
}

static int resolve_all(struct frozen_picture *picture, const struct survey_host *host,
	struct known *known, uint64_t deadline_ns)
{
	size_t files = picture->files.count, all = files + picture->maps.count;
	int code = 0;

	for (size_t i = 0; code == 0 && i < all; i++) {
		if (i % FILES_PER_CLOCK == 0 && clock_monotonic_ns() >= deadline_ns)
			return -ETIME;
		code = i < files ? resolve_file(picture, host, known, i)
				 : resolve_map(picture, host, known, i - files);
	}
	return code;
}

int frozen_resolve(
	struct frozen_picture *picture, const struct survey_host *host, uint64_t deadline_ns)
{
	auto_free uint32_t *slots = NULL;
	struct known known = { .mask = 1 };

	while (known.mask < 2 * picture->files.count)
		known.mask = known.mask * 2;
	known.mask = 2 * known.mask - 1;
	slots = calloc(known.mask + 1, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	known.slots = slots;
	return resolve_all(picture, host, &known, deadline_ns);
}
