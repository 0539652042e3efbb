/* Files that a killed process may have left half-done: only where something speaks for it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "base/clock.h"
#include "survey/frozen_judge.h"
#include "survey/source.h"

/* Times of files come from a clock that ticks coarsely. */
#define SLACK_NS (NS_PER_SEC / 10)

#define MAGIC_FUSE 0x65735546
#define MAGIC_CIFS 0xff534d42
#define MAGIC_SMB2 0xfe534d42
#define MAGIC_CEPH 0x00c36400

/* Whoever asks these of a file may wait for ever. */
static const uint32_t remote[] = { NFS_SUPER_MAGIC, MAGIC_FUSE, MAGIC_CIFS, MAGIC_SMB2, MAGIC_CEPH,
	V9FS_MAGIC, AFS_FS_MAGIC };

/* Each file has a number of its own here that is not the inode's. */
static const uint32_t renumbering[] = { OVERLAYFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC };

#define AMONG(list, magic) is_among(list, sizeof(list) / sizeof(*list), magic)

static bool is_among(const uint32_t *list, size_t count, uint32_t magic)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == magic)
			return true;
	return false;
}

/* One file as a member had it, by descriptor or in its memory. */
struct half_done {
	uint32_t tgid;
	uint32_t device;
	uint64_t inode;
	uint32_t magic;
	uint32_t links;
	uint32_t mode;
	const char *path;
	char key[64];
	bool written; /* since that process began; remote: not known, so no */
};

static bool is_ignored(const struct frozen_judging *judging, const char *path)
{
	for (const char *const *each = judging->ignored; each && *each; each++)
		if (strncmp(path, *each, strlen(*each)) == 0)
			return true;
	return false;
}

/* CLOCK_BOOTTIME to the clock of file times. */
static uint64_t wall_of(uint64_t boot_ns)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &now);
	return clock_wall_ns() -
	       ((uint64_t)now.tv_sec * NS_PER_SEC + (uint64_t)now.tv_nsec - boot_ns);
}

static bool was_written(
	const struct frozen_judging *judging, uint32_t tgid, const struct stat *info)
{
	const struct axe_frozen_process *process = frozen_process_of(judging->picture, tgid);
	uint64_t changed_ns =
		(uint64_t)info->st_mtim.tv_sec * NS_PER_SEC + (uint64_t)info->st_mtim.tv_nsec;

	return !process || changed_ns + SLACK_NS >= wall_of(process->start_ns);
}

static bool is_same(const struct half_done *file, const struct stat *info)
{
	return AMONG(renumbering, file->magic) ||
	       (info->st_ino == file->inode && major(info->st_dev) == file->device >> 20 &&
		       minor(info->st_dev) == (file->device & 0xfffff));
}

/* Whether it is a file that somebody can still read, by that name. */
static bool matters(const struct frozen_judging *judging, struct half_done *file)
{
	struct stat info;

	snprintf(file->key, sizeof(file->key), "file %x:%llx", file->device,
		(unsigned long long)file->inode);
	if (!S_ISREG(file->mode) || !file->links || file->path[0] != '/' ||
		frozen_is_pseudo(file->magic) || is_ignored(judging, file->path))
		return false;
	if (AMONG(remote, file->magic))
		return true;
	if (fstatat(judging->host->root, file->path + 1, &info, AT_SYMLINK_NOFOLLOW) < 0 ||
		!is_same(file, &info))
		return false;
	file->written = was_written(judging, file->tgid, &info);
	return true;
}

static struct half_done of_file(
	const struct frozen_judging *judging, const struct frozen_file *file)
{
	const struct axe_frozen_file *record = &file->record;

	return (struct half_done){ .tgid = record->head.tgid,
		.device = record->device,
		.inode = record->inode,
		.magic = record->magic,
		.links = record->links,
		.mode = record->mode,
		.path = frozen_text_at(judging->picture, file->path) };
}

/* The lock may be held through another descriptor than what is written is. */
static bool has_open_for_writing(const struct frozen_judging *judging, const struct half_done *file)
{
	for (size_t i = 0; i < frozen_open_count(judging->picture); i++) {
		const struct axe_frozen_file other = frozen_open_at(judging->picture, i).record;

		if (other.marks & AXE_FROZEN_WRITES && other.head.tgid == file->tgid &&
			other.inode == file->inode && other.device == file->device)
			return true;
	}
	return false;
}

static int judge_transaction(struct frozen_judging *judging, const struct frozen_file *held)
{
	struct half_done file = of_file(judging, held);
	auto_finding finding = { .kind = "interrupted_transaction" };
	char who[FROZEN_WHO_SIZE];

	if (held->lock != FROZEN_LOCK_WRITE || !has_open_for_writing(judging, &file) ||
		!matters(judging, &file))
		return 0;
	finding.certainty = file.written ? CERTAINTY_LIKELY : CERTAINTY_POSSIBLE;
	finding.pid = (pid_t)file.tgid;
	if (finding_set_object(&finding, "%s", file.path) < 0 ||
		finding_set_evidence(&finding,
			"%s held a write lock on it and had it open for writing when it was "
			"stopped%s",
			frozen_who(judging, file.tgid, who),
			file.written ? "; it was changed in that process's time" : "") < 0)
		return -ENOMEM;
	return frozen_tell(judging, file.key, &finding);
}

/* What is appended is whole up to its last line; and who stands at the start wrote nothing, or
 * not in order. */
static int judge_torn(struct frozen_judging *judging, const struct frozen_file *open)
{
	const struct axe_frozen_file *record = &open->record;
	struct half_done file = of_file(judging, open);
	auto_finding finding = { .kind = "torn_file", .certainty = CERTAINTY_POSSIBLE };
	char who[FROZEN_WHO_SIZE];

	if (!(record->marks & AXE_FROZEN_WRITES) || record->flags & O_APPEND || !record->position ||
		!record->size || !matters(judging, &file))
		return 0;
	if (!file.written && !AMONG(remote, file.magic))
		return 0;
	finding.pid = (pid_t)file.tgid;
	if (finding_set_object(&finding, "%s", file.path) < 0 ||
		finding_set_evidence(&finding,
			"%s had it open for writing and stood at byte %llu of %llu when it was "
			"stopped",
			frozen_who(judging, file.tgid, who), (unsigned long long)record->position,
			(unsigned long long)record->size) < 0)
		return -ENOMEM;
	return frozen_tell(judging, file.key, &finding);
}

/* On tmpfs a write through memory leaves no time behind. */
static int judge_map(struct frozen_judging *judging, const struct frozen_map *map)
{
	struct half_done file = { .tgid = map->record.head.tgid,
		.device = map->record.device,
		.inode = map->record.inode,
		.magic = map->record.magic,
		.links = map->record.links,
		.mode = map->record.mode,
		.path = frozen_text_at(judging->picture, map->path) };
	auto_finding finding = { .kind = "shared_map", .certainty = CERTAINTY_POSSIBLE };
	char who[FROZEN_WHO_SIZE];

	if (!matters(judging, &file) || (!file.written && file.magic != TMPFS_MAGIC))
		return 0;
	finding.pid = (pid_t)file.tgid;
	if (finding_set_object(&finding, "%s", file.path) < 0 ||
		finding_set_evidence(&finding,
			"%s had %llu bytes of it mapped, shared and writable, when it was stopped",
			frozen_who(judging, file.tgid, who),
			(unsigned long long)(map->record.end - map->record.start)) < 0)
		return -ENOMEM;
	return frozen_tell(judging, file.key, &finding);
}

/* The gravest first: of one file one thing is said. */
int frozen_judge_files(struct frozen_judging *judging)
{
	const struct frozen_picture *picture = judging->picture;
	int code = 0;

	for (size_t i = 0; code == 0 && i < picture->files.count; i++)
		code = judge_transaction(judging, frozen_file_at(picture, i));
	for (size_t i = 0; code == 0 && i < frozen_open_count(picture); i++) {
		const struct frozen_file open = frozen_open_at(picture, i);

		code = judge_torn(judging, &open);
	}
	for (size_t i = 0; code == 0 && i < picture->maps.count; i++)
		code = judge_map(judging, frozen_map_at(picture, i));
	return code;
}
