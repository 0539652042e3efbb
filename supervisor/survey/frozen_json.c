/* The frozen picture as JSON: what a trace and a result carry of it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "survey/frozen_parts.h"

/* What one row of a list says. */
typedef json_t *row_json(const struct frozen_picture *picture, size_t index);

static json_t *comm_of(const struct frozen_picture *picture, uint32_t tgid)
{
	const struct axe_frozen_process *process = frozen_process_of(picture, tgid);

	return process ? json_text(process->comm, strnlen(process->comm, sizeof(process->comm)))
		       : json_null();
}

static json_t *path_json(const struct frozen_picture *picture, frozen_text path)
{
	const char *text = frozen_text_at(picture, path);

	return *text ? json_text(text, strlen(text)) : json_null();
}

static const char *what_of(const struct axe_frozen_file *file)
{
	if (file->marks & AXE_FROZEN_URING)
		return "io_uring";
	if (file->marks & AXE_FROZEN_LISTENS)
		return "listening_socket";
	if (S_ISBLK(file->mode))
		return "block_device";
	if (S_ISCHR(file->mode))
		return "device";
	return file->marks & AXE_FROZEN_WRITES ? "file" : "locked_file";
}

static const char *const accesses[] = {
	[O_RDONLY] = "read",
	[O_WRONLY] = "write",
	[O_RDWR] = "read_write",
	[O_ACCMODE] = "none",
};

static const char *const locks[] = {
	[FROZEN_LOCK_NONE] = "none",
	[FROZEN_LOCK_READ] = "read",
	[FROZEN_LOCK_WRITE] = "write",
};

static json_t *file_json(const struct frozen_picture *picture, size_t index)
{
	const struct frozen_file file = frozen_open_at(picture, index);
	const struct axe_frozen_file *record = &file.record;

	return json_pack("{s:I, s:o, s:I, s:s, s:o, s:s, s:b, s:I, s:I, s:s, s:b}", "pid",
		(json_int_t)record->head.tgid, "comm", comm_of(picture, record->head.tgid),
		"descriptor", (json_int_t)record->descriptor, "what", what_of(record), "path",
		path_json(picture, file.path), "access", accesses[record->flags & O_ACCMODE],
		"append", (record->flags & O_APPEND) != 0, "position", (json_int_t)record->position,
		"size", (json_int_t)record->size, "lock", locks[file.lock], "unlinked",
		record->links == 0);
}

static json_t *map_json(const struct frozen_picture *picture, size_t index)
{
	const struct frozen_map *map = frozen_map_at(picture, index);

	return json_pack("{s:I, s:o, s:o, s:I, s:I}", "pid", (json_int_t)map->record.head.tgid,
		"comm", comm_of(picture, map->record.head.tgid), "path",
		path_json(picture, map->path), "bytes",
		(json_int_t)(map->record.end - map->record.start), "size",
		(json_int_t)map->record.size);
}

static json_t *traced_json(const struct frozen_picture *picture, size_t index)
{
	const struct axe_frozen_traced *traced = frozen_traced_at(picture, index);

	return json_pack("{s:I, s:o, s:I}", "pid", (json_int_t)traced->head.tgid, "comm",
		json_text(traced->comm, strnlen(traced->comm, sizeof(traced->comm))), "tracer",
		(json_int_t)traced->tracer);
}

static json_t *process_json(const struct frozen_picture *picture, size_t index)
{
	const struct axe_frozen_process *process = frozen_process_at(picture, index);

	return json_pack("{s:I, s:I, s:o, s:I, s:I}", "pid", (json_int_t)process->head.tgid,
		"parent", (json_int_t)process->parent, "comm",
		json_text(process->comm, strnlen(process->comm, sizeof(process->comm))), "tracer",
		(json_int_t)process->tracer, "open_files", (json_int_t)process->files);
}

static json_t *list_json(
	const struct frozen_picture *picture, size_t count, row_json *describe, size_t most)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < count && i < most; i++) {
		if (json_array_append_new(array, describe(picture, i)) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* How many rows are not shown, of all lists. */
static size_t count_cut(const struct frozen_picture *picture, size_t most)
{
	const size_t counts[] = { picture->processes.count, frozen_open_count(picture),
		picture->maps.count, picture->traced.count };
	size_t cut = 0;

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		cut += counts[i] > most ? counts[i] - most : 0;
	return cut;
}

json_t *frozen_picture_json(const struct frozen_picture *picture, size_t most)
{
	return json_pack("{s:b, s:s?, s:o, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:I}", "partial",
		picture->reason != NULL, "reason", picture->reason, "took_ms",
		json_ms(picture->took_ns), "way", picture->way, "open_files",
		(json_int_t)picture->open_files, "maps_unseen", (json_int_t)picture->maps_unseen,
		"processes", list_json(picture, picture->processes.count, process_json, most),
		"files", list_json(picture, frozen_open_count(picture), file_json, most), "maps",
		list_json(picture, picture->maps.count, map_json, most), "traced",
		list_json(picture, picture->traced.count, traced_json, most), "cut",
		(json_int_t)count_cut(picture, most));
}
