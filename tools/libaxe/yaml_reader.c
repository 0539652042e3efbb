/* YAML as manifests use it: mappings, lists and scalars whose type the schema gives. */
#include "libaxe/yaml_reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "libaxe/manifest_file.h"
#include "libaxe/yaml_refusal.h"
#include "libaxe/yaml_scalar.h"

struct yaml_reader {
	yaml_parser_t parser;
	const char *text;
	struct yaml_place place;
	unsigned depth;
	size_t values;
	struct position_search *search;
};

static void cleanup_event(yaml_event_t *event)
{
	yaml_event_delete(event);
}

#define auto_event __attribute__((cleanup(cleanup_event))) yaml_event_t

static int read_node(struct yaml_reader *reader, const yaml_event_t *event, json_t **ret_json);

/* libyaml's own depth is bounded by ours: it is asked for one event at a time. */
static int next_event(struct yaml_reader *reader, yaml_event_t *ret_event)
{
	if (yaml_parser_parse(&reader->parser, ret_event))
		return 0;
	return yaml_refuse_syntax(&reader->place, &reader->parser, reader->text);
}

static void note(struct yaml_reader *reader, const yaml_event_t *event, enum position_kind kind)
{
	position_note(reader->search, &reader->place.path, kind,
		(unsigned)event->start_mark.line + 1, (unsigned)event->start_mark.column + 1);
}

static int check_bounds(struct yaml_reader *reader, const yaml_event_t *event)
{
	char expected[64];

	if (reader->depth > MANIFEST_DEPTH_MAX) {
		snprintf(expected, sizeof(expected), "at most %d levels", MANIFEST_DEPTH_MAX);
		return yaml_refuse(&reader->place, event, expected, "a deeper one", "");
	}
	if (++reader->values > MANIFEST_VALUES_MAX) {
		snprintf(expected, sizeof(expected), "at most %d values", MANIFEST_VALUES_MAX);
		return yaml_refuse(&reader->place, event, expected, "more", "");
	}
	return 0;
}

static int read_scalar(struct yaml_reader *reader, const yaml_event_t *event, json_t **ret_json)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (plain && length == 0)
		return yaml_refuse(&reader->place, event, "a value", "nothing",
			"write \"\" for an empty text");

	*ret_json = plain ? yaml_scalar_plain(reader->place.path.text, text, length)
			  : json_stringn(text, length);
	return *ret_json ? 0 : -ENOMEM;
}

static int read_item(struct yaml_reader *reader, const yaml_event_t *event, json_t *list)
{
	size_t outside = manifest_path_enter_item(&reader->place.path, json_array_size(list));
	json_t *item = NULL;
	int code = read_node(reader, event, &item);

	manifest_path_leave(&reader->place.path, outside);
	if (code < 0)
		return code;
	return json_array_append_new(list, item) < 0 ? -ENOMEM : 0;
}

static int read_sequence(struct yaml_reader *reader, json_t **ret_json)
{
	auto_json list = json_array();

	while (list) {
		auto_event event = { 0 };
		int code = next_event(reader, &event);

		if (code < 0)
			return code;
		if (event.type == YAML_SEQUENCE_END_EVENT) {
			*ret_json = take_pointer(list);
			return 0;
		}
		code = read_item(reader, &event, list);
		if (code < 0)
			return code;
	}
	return -ENOMEM;
}

static int check_key(struct yaml_reader *reader, const yaml_event_t *event, const json_t *mapping)
{
	struct yaml_place *place = &reader->place;
	const char *key = (const char *)event->data.scalar.value;
	int code = yaml_refuse_decoration(place, event);

	if (code < 0)
		return code;
	if (event->type != YAML_SCALAR_EVENT)
		return yaml_refuse(place, event, "a key",
			event->type == YAML_MAPPING_START_EVENT ? "a mapping" : "a list", "");
	if (event->data.scalar.length == 0)
		return yaml_refuse(place, event, "a key", "nothing", "");
	/* jansson's keys end at a NUL: two different ones would be taken for one. */
	if (memchr(key, '\0', event->data.scalar.length))
		return yaml_refuse(place, event, "a key without NUL", "one with it", "");
	if (json_object_get(mapping, key))
		return yaml_refuse_word(
			place, event, "each key once", "a second", event->data.scalar.value, "");
	return 0;
}

static int read_value(struct yaml_reader *reader, json_t **ret_json)
{
	auto_event event = { 0 };
	int code = next_event(reader, &event);

	return code < 0 ? code : read_node(reader, &event, ret_json);
}

static int read_member(struct yaml_reader *reader, const yaml_event_t *event, json_t *mapping)
{
	const char *key = (const char *)event->data.scalar.value;
	json_t *value = NULL;
	size_t outside;
	int code = check_key(reader, event, mapping);

	if (code < 0)
		return code;
	outside = manifest_path_enter_key(&reader->place.path, key, event->data.scalar.length);
	note(reader, event, POSITION_OF_KEY);
	code = read_value(reader, &value);
	manifest_path_leave(&reader->place.path, outside);
	if (code < 0)
		return code;
	return json_object_set_new(mapping, key, value) < 0 ? -ENOMEM : 0;
}

static int read_mapping(struct yaml_reader *reader, json_t **ret_json)
{
	auto_json mapping = json_object();

	while (mapping) {
		auto_event event = { 0 };
		int code = next_event(reader, &event);

		if (code < 0)
			return code;
		if (event.type == YAML_MAPPING_END_EVENT) {
			*ret_json = take_pointer(mapping);
			return 0;
		}
		code = read_member(reader, &event, mapping);
		if (code < 0)
			return code;
	}
	return -ENOMEM;
}

static int read_node(struct yaml_reader *reader, const yaml_event_t *event, json_t **ret_json)
{
	bool mapping = event->type == YAML_MAPPING_START_EVENT;
	int code = yaml_refuse_decoration(&reader->place, event);

	if (code < 0)
		return code;
	note(reader, event, POSITION_OF_VALUE);
	if (event->type == YAML_SCALAR_EVENT) {
		code = check_bounds(reader, event);
		return code < 0 ? code : read_scalar(reader, event, ret_json);
	}

	reader->depth++;
	code = check_bounds(reader, event);
	if (code == 0)
		code = mapping ? read_mapping(reader, ret_json) : read_sequence(reader, ret_json);
	reader->depth--;
	return code;
}

/* The events around the one document: what must come, and the words for what comes instead. */
static int expect_event(
	struct yaml_reader *reader, yaml_event_type_t type, const char *expected, const char *found)
{
	auto_event event = { 0 };
	int code = next_event(reader, &event);

	if (code < 0)
		return code;
	return event.type == type ? 0 : yaml_refuse(&reader->place, &event, expected, found, "");
}

static int read_document(struct yaml_reader *reader, json_t **ret_json)
{
	auto_json root = NULL;
	int code = expect_event(reader, YAML_STREAM_START_EVENT, "a manifest", "something else");

	if (code == 0)
		code = expect_event(
			reader, YAML_DOCUMENT_START_EVENT, "a manifest", "nothing but comments");
	if (code == 0)
		code = read_value(reader, &root);
	if (code == 0)
		code = expect_event(reader, YAML_DOCUMENT_END_EVENT, "its end", "something else");
	if (code == 0)
		code = expect_event(
			reader, YAML_STREAM_END_EVENT, "one document in the file", "a second one");
	if (code < 0)
		return code;

	*ret_json = take_pointer(root);
	return 0;
}

int yaml_read(const char *text, size_t size, struct position_search *search, json_t **ret_json,
	struct manifest_error *ret_error)
{
	struct yaml_reader reader = {
		.text = text, .place = { .error = ret_error }, .search = search
	};
	int code;

	if (!yaml_parser_initialize(&reader.parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, size);
	code = read_document(&reader, ret_json);
	yaml_parser_delete(&reader.parser);
	return code;
}
