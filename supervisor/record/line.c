/* Lines of a trace as text, laid one behind the other into a buffer. */
#include "record/line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "record/trace.h"

#define ROOM_FIRST ((size_t)68 << 10)
#define HEAD_SIZE  512 /* of a line without its actor and data, at the most */
#define JSON_FLAGS (JSON_COMPACT | JSON_DECIMALS)

int line_buffer_init(struct line_buffer *buffer, uint64_t job, unsigned attempt)
{
	char boot_id[37];

	*buffer = (struct line_buffer){ .room = ROOM_FIRST, .second = -1 };
	buffer->text = malloc(buffer->room);
	if (!buffer->text)
		return -ENOMEM;
	snprintf(buffer->origin, sizeof(buffer->origin),
		"\"boot_id\":\"%s\",\"job\":%" PRIu64 ",\"attempt\":%u", clock_boot_id(boot_id),
		job, attempt);
	return 0;
}

void line_buffer_finish(struct line_buffer *buffer)
{
	free(buffer->text);
	buffer->text = NULL;
}

/* For `size` bytes and, behind them, whatever a line has besides its objects. */
static int make_room(struct line_buffer *buffer, size_t size)
{
	size_t room = buffer->used + size + HEAD_SIZE;
	char *larger;

	if (room <= buffer->room)
		return 0;
	larger = realloc(buffer->text, room);
	if (!larger)
		return -ENOMEM;
	buffer->text = larger;
	buffer->room = room;
	return 0;
}

static void add_text(struct line_buffer *buffer, const char *text)
{
	size_t size = strlen(text);

	memcpy(buffer->text + buffer->used, text, size);
	buffer->used += size;
}

/* Dumped straight into the buffer: no object or copy is made for a line. */
static int add_json(struct line_buffer *buffer, const char *key, const json_t *json)
{
	size_t room, size;
	int code;

	add_text(buffer, key);
	room = buffer->room - buffer->used;
	size = json_dumpb(json, buffer->text + buffer->used, room, JSON_FLAGS);
	if (size == 0)
		return -EINVAL;
	code = make_room(buffer, size);
	if (code < 0)
		return code;
	if (size > room)
		json_dumpb(json, buffer->text + buffer->used, size, JSON_FLAGS);
	buffer->used += size;
	return 0;
}

static const char *second_text(struct line_buffer *buffer, time_t second)
{
	struct tm parts;

	if (second != buffer->second) {
		gmtime_r(&second, &parts);
		strftime(buffer->second_text, sizeof(buffer->second_text), "%Y-%m-%dT%H:%M:%S",
			&parts);
		buffer->second = second;
	}
	return buffer->second_text;
}

static void add_head(struct line_buffer *buffer, uint64_t sequence, const struct trace_line *line)
{
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t mono_ns = line->mono_ns ? line->mono_ns : now_ns;
	/* The wall time of the event, not of its writing: that is when a ring is drained. */
	uint64_t wall_ns = clock_wall_ns() - (now_ns - mono_ns);
	char *head = buffer->text + buffer->used;
	int size = snprintf(head, HEAD_SIZE,
		"{\"v\":1,\"seq\":%" PRIu64 ",\"time\":\"%s.%06uZ\",\"mono_ns\":%" PRIu64 ",%s",
		sequence, second_text(buffer, (time_t)(wall_ns / NS_PER_SEC)),
		(unsigned)(wall_ns % NS_PER_SEC / 1000), mono_ns, buffer->origin);

	if (line->has_assessment)
		size += snprintf(head + size, HEAD_SIZE - (size_t)size,
			",\"assessment\":%u,\"try\":%u", line->assessment, line->try_number);
	buffer->used += (size_t)size;
	add_text(buffer, ",\"type\":\"");
	add_text(buffer, trace_type_name(line->type));
	add_text(buffer, "\"");
}

static int add_objects(struct line_buffer *buffer, const struct trace_line *line)
{
	int code = 0;

	if (line->actor)
		code = add_json(buffer, ",\"actor\":", line->actor);
	if (code == 0 && line->data)
		code = add_json(buffer, ",\"data\":", line->data);
	else if (code == 0)
		add_text(buffer, ",\"data\":{}");
	return code;
}

int line_add(struct line_buffer *buffer, uint64_t sequence, const struct trace_line *line)
{
	size_t start = buffer->used;
	int code = make_room(buffer, 0);

	if (code < 0)
		return code;
	add_head(buffer, sequence, line);
	code = add_objects(buffer, line);
	if (code < 0)
		buffer->used = start;
	else
		add_text(buffer, "}\n");
	return code;
}
