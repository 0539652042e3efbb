/* Several files of one folder, replaced side by side. */
#include "record/replacement.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#define MODE 0640

struct work {
	const struct replacement *file;
	int directory;
	int code;
	struct error error;
	pthread_t thread;
	bool beside; /* `thread` is it */
};

static void *carry_out(void *argument)
{
	struct work *work = argument;
	const struct replacement *file = work->file;

	work->code = file->text ? file_replace_at(work->directory, file->name, file->text,
					  strlen(file->text), MODE, &work->error)
				: fail(&work->error, ENOMEM, "write `%s`", file->name);
	return NULL;
}

/* The last one is for the caller's own thread, and so is what finds none. */
static void carry_out_all(struct work *works, size_t count)
{
	for (size_t i = 0; i + 1 < count; i++)
		works[i].beside = pthread_create(&works[i].thread, NULL, carry_out, &works[i]) == 0;
	for (size_t i = 0; i < count; i++)
		if (!works[i].beside)
			carry_out(&works[i]);
	for (size_t i = 0; i < count; i++)
		if (works[i].beside)
			pthread_join(works[i].thread, NULL);
}

int replacement_put(
	int directory, const struct replacement *files, size_t count, struct error *error)
{
	int first = 0;

	for (size_t i = 0; i < count; i++) {
		struct error *unless_told = first ? NULL : error;
		int code = files[i].text ? file_put_at(directory, files[i].name, files[i].text,
						   strlen(files[i].text), MODE, unless_told)
					 : fail(unless_told, ENOMEM, "write `%s`", files[i].name);

		first = first ? first : code;
	}
	return first;
}

int replacement_make(
	int directory, const struct replacement *files, size_t count, struct error *error)
{
	auto_free struct work *works = calloc(count, sizeof(*works));

	if (!works)
		return fail(error, ENOMEM, "write `%s`", files[0].name);
	for (size_t i = 0; i < count; i++) {
		works[i].file = &files[i];
		works[i].directory = directory;
	}
	carry_out_all(works, count);
	for (size_t i = 0; i < count; i++) {
		if (!works[i].code)
			continue;
		if (error)
			*error = works[i].error;
		return works[i].code;
	}
	return 0;
}
