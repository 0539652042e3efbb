/* The frozen picture: what the processes of a group were in the middle of. */
#include "survey/frozen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/error.h"
#include "survey/frozen_parts.h"

#define ROOM_FIRST 64

void *frozen_list_add(struct frozen_list *list, size_t count)
{
	size_t wanted = list->count + count, room = list->room ? list->room : ROOM_FIRST;
	char *rows;

	while (room < wanted)
		room *= 2;
	if (room != list->room) {
		rows = realloc(list->rows, room * list->row_size);
		if (!rows)
			return NULL;
		list->rows = rows;
		list->room = room;
	}
	rows = (char *)list->rows + list->count * list->row_size;
	memset(rows, 0, count * list->row_size);
	list->count = wanted;
	return rows;
}

static int keep(struct frozen_list *list, const void *record, size_t size)
{
	void *row = frozen_list_add(list, 1);

	if (!row)
		return -ENOMEM;
	memcpy(row, record, size);
	return 0;
}

/* Threads that share a table each tell it when their first one is gone. */
static bool was_told(const struct frozen_picture *picture, const struct axe_frozen_file *file)
{
	if (!(file->marks & AXE_FROZEN_BY_THREAD))
		return false;
	for (size_t i = 0; i < frozen_open_count(picture); i++) {
		const struct axe_frozen_file known = frozen_open_at(picture, i).record;

		if (known.head.tgid == file->head.tgid && known.inode == file->inode &&
			known.descriptor == file->descriptor)
			return true;
	}
	return false;
}

static int note_file(struct frozen_picture *picture, const struct axe_frozen_file *file)
{
	uint32_t *row = frozen_list_add(&picture->told, 1);

	if (!row)
		return -ENOMEM;
	*row = (uint32_t)picture->files.count;
	/* None of its table is told again. */
	return was_told(picture, file) ? 0 : keep(&picture->files, file, sizeof(*file));
}

/* Locks and what a device serves are asked of each process: see frozen_resolve. */
static bool is_asked_of_each(const struct axe_frozen_file *file)
{
	return file->marks & AXE_FROZEN_LOCKED || S_ISCHR(file->mode);
}

static int note_one_again(
	struct frozen_picture *picture, uint32_t tgid, uint32_t descriptor, uint32_t number)
{
	const struct frozen_again again = { tgid, descriptor,
		((const uint32_t *)picture->told.rows)[number] };
	struct axe_frozen_file file;

	if (again.row >= picture->files.count)
		return -EBADMSG;
	file = frozen_file_at(picture, again.row)->record;
	if (!is_asked_of_each(&file))
		return keep(&picture->again, &again, sizeof(again));
	file.head.tgid = tgid;
	file.descriptor = descriptor;
	return keep(&picture->files, &file, sizeof(file));
}

static int note_again(
	struct frozen_picture *picture, const struct axe_frozen_again *again, size_t size)
{
	int code = 0;

	if (size < offsetof(struct axe_frozen_again, files) ||
		again->count > AXE_FROZEN_AGAIN_MOST ||
		size < offsetof(struct axe_frozen_again, files) +
				again->count * sizeof(*again->files))
		return -EBADMSG;
	for (uint32_t i = 0; code == 0 && i < again->count; i++) {
		uint32_t number = again->files[i].number;

		if (number >= picture->told.count)
			return -EBADMSG;
		code = note_one_again(
			picture, again->head.tgid, again->files[i].descriptor, number);
	}
	return code;
}

static int note(const struct axe_frozen_head *record, size_t size, void *data)
{
	const struct axe_frozen_process *process = (const struct axe_frozen_process *)record;
	struct frozen_picture *picture = data;

	switch ((enum axe_frozen_type)record->type) {
	case AXE_FROZEN_PROCESS:
		if (size < sizeof(*process))
			return -EBADMSG;
		picture->open_files += process->files;
		picture->maps_unseen += (process->flags & AXE_FROZEN_MAPS_UNSEEN) != 0;
		return keep(&picture->processes, record, sizeof(*process));
	case AXE_FROZEN_FILE:
		if (size < sizeof(struct axe_frozen_file))
			return -EBADMSG;
		return note_file(picture, (const struct axe_frozen_file *)record);
	case AXE_FROZEN_MAP:
		if (size < sizeof(struct axe_frozen_map))
			return -EBADMSG;
		return keep(&picture->maps, record, sizeof(struct axe_frozen_map));
	case AXE_FROZEN_TRACED:
		if (size < sizeof(struct axe_frozen_traced))
			return -EBADMSG;
		return keep(&picture->traced, record, sizeof(struct axe_frozen_traced));
	case AXE_FROZEN_AGAIN:
		return note_again(picture, (const struct axe_frozen_again *)record, size);
	}
	return -EBADMSG;
}

static void picture_init(struct frozen_picture *picture)
{
	*picture = (struct frozen_picture){
		.processes.row_size = sizeof(struct axe_frozen_process),
		.files.row_size = sizeof(struct frozen_file),
		.again.row_size = sizeof(struct frozen_again),
		.told.row_size = sizeof(uint32_t),
		.maps.row_size = sizeof(struct frozen_map),
		.traced.row_size = sizeof(struct axe_frozen_traced),
		.texts.row_size = 1,
	};
}

static void picture_finish(struct frozen_picture *picture)
{
	free(picture->processes.rows);
	free(picture->files.rows);
	free(picture->again.rows);
	free(picture->told.rows);
	free(picture->maps.rows);
	free(picture->traced.rows);
	free(picture->texts.rows);
}

/* What makes a picture partial is no failure of it. */
static int judge_scan(struct frozen_picture *picture, int code)
{
	if (code == 0)
		return 0;
	if (code == -ETIME)
		picture->reason = "the budget was spent";
	else
		return code;
	return 0;
}

/* The second way begins anew: it is slower, but nobody has too much open for it. */
static int look(struct frozen_picture *picture, const struct survey_host *host,
	const struct frozen_group *group, uint64_t deadline_ns, frozen_scan *scan, void *scanner)
{
	struct frozen_proc proc = { .host = host, .path = group->path };
	int code;

	if (scan) {
		picture->way = "iterator";
		code = judge_scan(picture,
			scan(scanner, group->id, group->level, deadline_ns, note, picture));
		if (code == 0 || code == -ENOMEM)
			return code;
		picture_finish(picture);
		picture_init(picture);
	}
	picture->way = "proc";
	code = judge_scan(picture,
		frozen_proc_scan(&proc, group->id, group->level, deadline_ns, note, picture));
	if (code < 0 && code != -ENOMEM) {
		picture->reason = "its processes could not be looked at";
		code = 0;
	}
	return code;
}

int frozen_picture_take(const struct survey_host *host, const struct frozen_group *group,
	uint64_t budget_ns, frozen_scan *scan, void *scanner, struct frozen_picture **ret_picture,
	struct error *error)
{
	auto_of(frozen_picture) struct frozen_picture *picture = calloc(1, sizeof(*picture));
	uint64_t begun_ns = clock_monotonic_ns();
	int code = picture ? 0 : -ENOMEM;

	if (code == 0) {
		picture_init(picture);
		code = look(picture, host, group, begun_ns + budget_ns, scan, scanner);
	}
	if (code == 0)
		code = frozen_resolve(picture, host, begun_ns + budget_ns);
	if (code == -ETIME)
		code = judge_scan(picture, code);
	if (code < 0)
		return fail(error, -code, "take a picture of `%s`", group->path);
	picture->took_ns = clock_monotonic_ns() - begun_ns;
	*ret_picture = take_pointer(picture);
	return 0;
}

void frozen_picture_destroy(struct frozen_picture *picture)
{
	if (!picture)
		return;
	picture_finish(picture);
	free(picture);
}

bool frozen_picture_count(const struct frozen_picture *picture, uint64_t *ret_processes)
{
	*ret_processes = picture->processes.count;
	return !picture->reason;
}

const struct axe_frozen_process *frozen_process_of(
	const struct frozen_picture *picture, uint32_t tgid)
{
	for (size_t i = 0; i < picture->processes.count; i++)
		if (frozen_process_at(picture, i)->head.tgid == tgid)
			return frozen_process_at(picture, i);
	return NULL;
}

bool frozen_picture_has_inode(const struct frozen_picture *picture, uint32_t device, uint64_t inode)
{
	for (size_t i = 0; i < picture->files.count; i++) {
		const struct axe_frozen_file *file = &frozen_file_at(picture, i)->record;

		if (file->device == device && file->inode == inode)
			return true;
	}
	return false;
}

pid_t frozen_picture_listener(const struct frozen_picture *picture, uint64_t inode)
{
	for (size_t i = 0; i < picture->files.count; i++) {
		const struct axe_frozen_file *file = &frozen_file_at(picture, i)->record;

		if (file->marks & AXE_FROZEN_LISTENS && file->inode == inode)
			return (pid_t)file->head.tgid;
	}
	return 0;
}
