/* Where the values of a JSON text stand: a walk over what jansson has already accepted. */
#include <stdbool.h>
#include <string.h>

#include "libaxe/json_reader.h"
#include "libaxe/manifest_path.h"

struct json_walk {
	const char *at, *end;
	unsigned line, column;
	struct manifest_path path;
	struct position_search *search;
};

static void walk_value(struct json_walk *walk);

static void step(struct json_walk *walk)
{
	if (walk->at == walk->end)
		return;
	if (*walk->at == '\n') {
		walk->line++;
		walk->column = 1;
	} else if (((unsigned char)*walk->at & 0xc0) != 0x80) {
		walk->column++;
	}
	walk->at++;
}

/* The next byte that means something; NUL at the end. */
static char peek(struct json_walk *walk)
{
	while (walk->at < walk->end && strchr(" \t\r\n", *walk->at))
		step(walk);
	return walk->at < walk->end ? *walk->at : '\0';
}

static bool take(struct json_walk *walk, char byte)
{
	if (peek(walk) != byte)
		return false;
	step(walk);
	return true;
}

/* Returns the inside of the string as it is written; escapes in keys are not undone. */
static const char *walk_string(struct json_walk *walk, size_t *ret_size)
{
	const char *inside;

	step(walk);
	inside = walk->at;
	while (walk->at < walk->end && *walk->at != '"') {
		if (*walk->at == '\\')
			step(walk);
		step(walk);
	}
	*ret_size = (size_t)(walk->at - inside);
	step(walk);
	return inside;
}

static void walk_scalar(struct json_walk *walk)
{
	while (walk->at < walk->end && !strchr(",]} \t\r\n", *walk->at))
		step(walk);
}

static void walk_list(struct json_walk *walk)
{
	step(walk);
	for (size_t index = 0; peek(walk) != ']' && peek(walk); index++) {
		size_t outside = manifest_path_enter_item(&walk->path, index);

		walk_value(walk);
		manifest_path_leave(&walk->path, outside);
		if (!take(walk, ','))
			break;
	}
	take(walk, ']');
}

static void walk_object(struct json_walk *walk)
{
	step(walk);
	while (peek(walk) == '"') {
		unsigned line = walk->line, column = walk->column;
		size_t size, outside;
		const char *key = walk_string(walk, &size);

		outside = manifest_path_enter_key(&walk->path, key, size);
		position_note(walk->search, &walk->path, POSITION_OF_KEY, line, column);
		take(walk, ':');
		walk_value(walk);
		manifest_path_leave(&walk->path, outside);
		if (!take(walk, ','))
			break;
	}
	take(walk, '}');
}

/* The depth is bounded: json_read has refused what is deeper. */
static void walk_value(struct json_walk *walk)
{
	size_t unused;
	char first = peek(walk);

	position_note(walk->search, &walk->path, POSITION_OF_VALUE, walk->line, walk->column);
	if (first == '{')
		walk_object(walk);
	else if (first == '[')
		walk_list(walk);
	else if (first == '"')
		walk_string(walk, &unused);
	else
		walk_scalar(walk);
}

void json_locate(const char *text, size_t size, struct position_search *search)
{
	struct json_walk walk = {
		.at = text, .end = text + size, .line = 1, .column = 1, .search = search
	};

	walk_value(&walk);
}
