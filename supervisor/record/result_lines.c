/* The lines of results.ndjson: written as each assessment ends, found again by their place. */
#include "record/result_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

#define SIZE_MAX_BYTES ((size_t)256 << 20)

struct place {
	json_int_t index, try_number;
	size_t arrival;
	off_t start;
	size_t size; /* without its newline */
	uint64_t digest;
	json_t *unwritten; /* NULL: it is in the file */
};

struct result_lines {
	int fd;
	struct place *places;
	size_t count, room;
};

static int lines_open(
	int directory, int flags, struct result_lines **ret_lines, struct error *error)
{
	struct result_lines *lines = calloc(1, sizeof(*lines));
	int fd = file_open_beneath(directory, RESULT_LINES_NAME, O_RDWR | O_APPEND | flags, 0640);

	if (lines && fd >= 0) {
		lines->fd = fd;
		*ret_lines = lines;
		return 0;
	}
	free(lines);
	if (fd >= 0)
		close(fd);
	return fail(error, fd < 0 ? -fd : ENOMEM, "create `%s`", RESULT_LINES_NAME);
}

int result_lines_create(int directory, struct result_lines **ret_lines, struct error *error)
{
	return lines_open(directory, O_CREAT | O_EXCL, ret_lines, error);
}

void result_lines_destroy(struct result_lines *lines)
{
	if (!lines)
		return;
	for (size_t at = 0; at < lines->count; at++)
		json_decref(lines->places[at].unwritten);
	cleanup_fd(&lines->fd);
	free(lines->places);
	free(lines);
}

/* FNV-1a: told is who changed a line by mistake or by hand, not who forged it. */
static uint64_t digest_of(const char *text, size_t size)
{
	uint64_t digest = 14695981039346656037ull;

	for (size_t at = 0; at < size; at++)
		digest = (digest ^ (unsigned char)text[at]) * 1099511628211ull;
	return digest;
}

static struct place *place_add(struct result_lines *lines, const json_t *result)
{
	struct place *place;

	if (lines->count == lines->room) {
		size_t room = lines->room ? 2 * lines->room : 16;
		struct place *larger = reallocarray(lines->places, room, sizeof(*larger));

		if (!larger)
			return NULL;
		lines->places = larger;
		lines->room = room;
	}
	place = &lines->places[lines->count];
	*place = (struct place){
		.index = json_integer_value(json_object_get(result, "index")),
		.try_number = json_integer_value(json_object_get(result, "try")),
		.arrival = lines->count++,
	};
	return place;
}

static void place_set(struct place *place, off_t start, const char *text, size_t size)
{
	place->start = start;
	place->size = size;
	place->digest = digest_of(text, size);
}

/* Whole or not at all, so that a reader never meets half a line. No fsync: nobody waits for it. */
static int append(int fd, const char *text, size_t size, off_t *ret_start)
{
	struct stat status;
	int code;

	if (fstat(fd, &status) < 0)
		return -errno;
	code = file_write_all(fd, text, size);
	if (code < 0 && ftruncate(fd, status.st_size) < 0)
		return -errno;
	*ret_start = status.st_size;
	return code;
}

int result_lines_add(struct result_lines *lines, json_t *result, struct error *error)
{
	auto_free char *text = json_dumps(result, JSON_COMPACT | JSON_DECIMALS);
	struct place *place = text ? place_add(lines, result) : NULL;
	size_t size = text ? strlen(text) : 0;
	off_t start = 0;
	int code;

	if (!place)
		return fail(error, ENOMEM, "append to `%s`", RESULT_LINES_NAME);
	place_set(place, 0, text, size);
	/* The newline takes the place of the NUL: one write makes the whole line. */
	text[size] = '\n';
	code = append(lines->fd, text, size + 1, &start);
	place->start = start;
	if (code == 0)
		return 0;
	place->unwritten = json_incref(result);
	return fail(error, -code, "append to `%s`", RESULT_LINES_NAME);
}

/* Returns the offset behind the last whole line. */
static int take_all(struct result_lines *lines, const char *text, result_lines_visitor *seen,
	void *data, size_t *ret_whole)
{
	const char *line, *end;

	for (line = text; (end = strchr(line, '\n')); line = end + 1) {
		auto_json result = json_loadb(line, (size_t)(end - line), 0, NULL);
		struct place *place;

		if (!json_is_object(result))
			continue;
		place = place_add(lines, result);
		if (!place)
			return -ENOMEM;
		place_set(place, line - text, line, (size_t)(end - line));
		seen(result, data);
	}
	*ret_whole = (size_t)(line - text);
	return 0;
}

int result_lines_reopen(int directory, result_lines_visitor *seen, void *data,
	struct result_lines **ret_lines, struct error *error)
{
	auto_of(result_lines) struct result_lines *lines = NULL;
	auto_free char *text = NULL;
	size_t size = 0, whole = 0;
	int code = lines_open(directory, O_CREAT, &lines, error);

	if (code == 0)
		code = file_read_whole_at(
			directory, RESULT_LINES_NAME, SIZE_MAX_BYTES, &text, &size, error);
	if (code < 0)
		return code;
	code = take_all(lines, text, seen, data, &whole);
	if (code < 0)
		return fail(error, -code, "read `%s`", RESULT_LINES_NAME);
	if (whole < size && ftruncate(lines->fd, (off_t)whole) < 0)
		return fail(error, errno, "cut the torn line of `%s`", RESULT_LINES_NAME);
	*ret_lines = take_pointer(lines);
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct place *one = left, *other = right;

	if (one->index != other->index)
		return one->index > other->index ? 1 : -1;
	if (one->try_number != other->try_number)
		return one->try_number > other->try_number ? 1 : -1;
	return one->arrival > other->arrival ? 1 : -1;
}

static json_t *read_back(const struct result_lines *lines, const struct place *place)
{
	auto_free char *text = malloc(place->size + 1);
	size_t done = 0;

	while (text && done < place->size) {
		ssize_t got = pread(
			lines->fd, text + done, place->size - done, place->start + (off_t)done);

		if (got <= 0 && !(got < 0 && errno == EINTR))
			return NULL;
		done += got > 0 ? (size_t)got : 0;
	}
	if (!text || digest_of(text, place->size) != place->digest)
		return NULL;
	return json_loadb(text, place->size, 0, NULL);
}

int result_lines_visit(
	struct result_lines *lines, result_lines_visitor *visit, void *data, struct error *error)
{
	int first = 0;

	if (lines->count)
		qsort(lines->places, lines->count, sizeof(*lines->places), compare);
	for (size_t at = 0; at < lines->count; at++) {
		const struct place *place = &lines->places[at];
		auto_json result =
			place->unwritten ? json_incref(place->unwritten) : read_back(lines, place);

		if (result)
			visit(result, data);
		else if (!first)
			first = fail_plain(error, EIO,
				"`%s` does not give back what was written of assessment %lld",
				RESULT_LINES_NAME, (long long)place->index);
	}
	return first;
}
