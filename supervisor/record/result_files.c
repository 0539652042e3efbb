/* The whole files of a job's results, made side by side from one result after the other. */
#include "record/result_files.h"

#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "record/job_files.h"
#include "record/junit.h"
#include "record/results_json.h"
#include "record/tap.h"

static const struct result_format *const formats[] = {
	&results_json_format,
	&junit_format,
	&tap_format,
};

#define FORMATS (sizeof(formats) / sizeof(*formats))

struct result_files {
	void *documents[FORMATS];
};

const char *result_files_name(size_t at)
{
	return at < FORMATS ? formats[at]->name : NULL;
}

int result_files_create(const json_t *summary, struct result_files **ret_files, struct error *error)
{
	auto_of(result_files) struct result_files *files = calloc(1, sizeof(*files));

	for (size_t at = 0; at < FORMATS; at++) {
		if (files)
			files->documents[at] = formats[at]->begin(summary);
		if (!files || !files->documents[at])
			return fail(error, ENOMEM, "write `%s`", formats[at]->name);
	}
	*ret_files = take_pointer(files);
	return 0;
}

void result_files_destroy(struct result_files *files)
{
	for (size_t at = 0; files && at < FORMATS; at++)
		if (files->documents[at])
			free(formats[at]->end(files->documents[at]));
	free(files);
}

void result_files_add(struct result_files *files, const json_t *result)
{
	for (size_t at = 0; at < FORMATS; at++)
		formats[at]->add(files->documents[at], result);
}

int result_files_write(struct result_files *files, int directory, char *environment,
	result_files_writer *write, struct error *error)
{
	struct replacement replacements[FORMATS + 1];
	size_t count = 0;
	int code;

	for (; count < FORMATS; count++)
		replacements[count] = (struct replacement){ formats[count]->name,
			formats[count]->end(take_pointer(files->documents[count])) };
	result_files_destroy(files);
	replacements[FORMATS] = (struct replacement){ JOB_ENVIRONMENT_NAME, environment };
	code = write(directory, replacements, environment ? FORMATS + 1 : FORMATS, error);
	while (count)
		free(replacements[--count].text);
	return code;
}
