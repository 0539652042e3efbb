/* Taking a picture: every source looks, unless it can tell that nothing has changed. */
#include "survey/picture.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "survey/lines.h"
#include "survey/notices.h"
#include "survey/source.h"
#include "survey/survey.h"

struct stamp {
	char *text; /* NULL: it cannot be told */
	size_t size;
};

struct survey_memory {
	struct kept_files *kept;
	struct notices *notices;
	struct stamp stamps[SURVEY_SOURCES_MAX];
	json_t *objects[SURVEY_SOURCES_MAX]; /* as they were at that stamp */
};

struct survey_memory *survey_memory_create(void)
{
	struct survey_memory *memory = calloc(1, sizeof(*memory));

	if (memory) {
		memory->kept = kept_files_create();
		memory->notices = notices_create();
	}
	return memory;
}

void survey_memory_destroy(struct survey_memory *memory)
{
	if (!memory)
		return;
	kept_files_destroy(memory->kept);
	notices_destroy(memory->notices);
	for (size_t index = 0; index < survey_sources_count; index++) {
		free(memory->stamps[index].text);
		json_decref(memory->objects[index]);
	}
	free(memory);
}

static void stamp_take(
	const struct survey_source *source, const struct survey_host *host, struct stamp *ret_stamp)
{
	FILE *stream;
	int code;

	*ret_stamp = (struct stamp){ .text = NULL };
	stream = source->stamp ? open_memstream(&ret_stamp->text, &ret_stamp->size) : NULL;
	if (!stream)
		return;
	code = source->stamp(host, stream);
	if (fclose(stream) == 0 && code == 0)
		return;
	free(ret_stamp->text);
	*ret_stamp = (struct stamp){ .text = NULL };
}

static bool is_same(const struct stamp *one, const struct stamp *other)
{
	return one->text && other->text && one->size == other->size &&
	       memcmp(one->text, other->text, one->size) == 0;
}

static int look(struct picture *picture, size_t index, const struct survey_host *host)
{
	picture->objects[index] = json_object();
	if (!picture->objects[index])
		return -ENOMEM;
	survey_sources[index]->take(host, picture->objects[index], &picture->errors[index]);
	return picture->errors[index].code == ENOMEM ? -ENOMEM : 0;
}

/* What changed and changed back while it was looked at would be taken for what it never was: only
 * between two stamps that are the same is it known what the objects are. */
static int look_stamped(struct picture *picture, size_t index, const struct survey_host *host,
	struct survey_memory *memory)
{
	struct stamp before, after;
	int code = 0;

	stamp_take(survey_sources[index], host, &before);
	if (memory->objects[index] && is_same(&before, &memory->stamps[index])) {
		picture->objects[index] = json_incref(memory->objects[index]);
		free(before.text);
		return 0;
	}
	code = look(picture, index, host);
	stamp_take(survey_sources[index], host, &after);
	json_decref(take_pointer(memory->objects[index]));
	if (code == 0 && picture->errors[index].code == 0 && is_same(&before, &after))
		memory->objects[index] = json_incref(picture->objects[index]);
	free(before.text);
	free(memory->stamps[index].text);
	memory->stamps[index] = after;
	return code;
}

static int look_remembered(struct picture *picture, size_t index, const struct survey_host *host,
	struct survey_memory *memory)
{
	int code;

	if (memory->objects[index]) {
		picture->objects[index] = json_incref(memory->objects[index]);
		return 0;
	}
	code = look(picture, index, host);
	if (code == 0 && picture->errors[index].code == 0)
		memory->objects[index] = json_incref(picture->objects[index]);
	return code;
}

static int look_again(struct picture *picture, size_t index, const struct survey_host *host,
	struct survey_memory *memory)
{
	const struct survey_source *source = survey_sources[index];

	if (source->remembered)
		return look_remembered(picture, index, host, memory);
	return source->stamp ? look_stamped(picture, index, host, memory)
			     : look(picture, index, host);
}

void survey_memory_doubt(struct survey_memory *memory, const struct survey_source *source)
{
	for (size_t index = 0; index < survey_sources_count; index++)
		if (survey_sources[index] == source)
			json_decref(take_pointer(memory->objects[index]));
}

struct picture *picture_create(void)
{
	return calloc(1, sizeof(struct picture));
}

/* What is kept open is for one thread, and only the first part has any use for it. */
static struct survey_host keep(const struct survey_host *host, struct survey_memory *memory)
{
	struct survey_host keeping = *host;

	keeping.kept = memory->kept;
	keeping.notices = memory->notices;
	kept_files_renew(memory->kept);
	return keeping;
}

int picture_look(struct picture *picture, unsigned part, const struct survey_host *host,
	struct survey_memory *memory)
{
	struct survey_host keeping = memory && part == 0 ? keep(host, memory) : *host;
	int code = 0;

	for (size_t index = 0; code == 0 && index < survey_sources_count; index++)
		if (survey_sources[index]->aside == (part > 0))
			code = memory ? look_again(picture, index, &keeping, memory)
				      : look(picture, index, host);
	return code;
}

struct picture *picture_take_again(const struct survey_host *host, struct survey_memory *memory)
{
	auto_of(picture) struct picture *picture = picture_create();
	int code = picture ? 0 : -ENOMEM;

	for (unsigned part = 0; code == 0 && part < PICTURE_PARTS; part++)
		code = picture_look(picture, part, host, memory);
	return code == 0 ? take_pointer(picture) : NULL;
}

struct picture *picture_take(const struct survey_host *host)
{
	return picture_take_again(host, NULL);
}

void picture_destroy(struct picture *picture)
{
	if (!picture)
		return;
	for (size_t index = 0; index < survey_sources_count; index++)
		json_decref(picture->objects[index]);
	free(picture);
}
