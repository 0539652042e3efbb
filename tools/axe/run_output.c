/* The output of `run -- CMD`, as it comes: read back from the job's files. */
#include "axe/run_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/stream.h"

#define STREAMS 2

static const struct {
	const char *name;
	const char *path; /* of the only try of the only assessment */
} stream_rows[STREAMS] = {
	{ "stdout", "1/0.1/stdout" },
	{ "stderr", "1/0.1/stderr" },
};

struct run_output {
	struct run_output_owner owner;
	struct stream *streams[STREAMS];
	unsigned open; /* that have not ended */
};

static void stream_ended(struct stream *stream, void *data)
{
	struct run_output *output = data;

	if (--output->open == 0)
		output->owner.drained(output->owner.data);
}

static void stream_broken(struct stream *stream, int code, void *data)
{
	struct run_output *output = data;

	output->owner.broken(code, output->owner.data);
	stream_ended(stream, data);
}

int run_output_create(struct poller *poller, bool data_to_stderr,
	const struct run_output_owner *owner, struct run_output **ret_output, struct error *error)
{
	auto_of(run_output) struct run_output *output = calloc(1, sizeof(*output));
	const struct stream_owner stream_owner = { stream_ended, stream_broken, output };
	const int descriptors[STREAMS] = {
		data_to_stderr ? STDERR_FILENO : STDOUT_FILENO,
		STDERR_FILENO,
	};

	if (!output)
		return fail(error, ENOMEM, "copy the output");
	output->owner = *owner;
	for (; output->open < STREAMS; output->open++) {
		int code = stream_create(poller, descriptors[output->open], &stream_owner,
			&output->streams[output->open], error);

		if (code < 0)
			return code;
	}
	*ret_output = take_pointer(output);
	return 0;
}

void run_output_destroy(struct run_output *output)
{
	if (!output)
		return;
	for (unsigned index = 0; index < STREAMS; index++)
		stream_destroy(output->streams[index]);
	free(output);
}

void run_output_open(struct run_output *output, int directory)
{
	for (unsigned index = 0; index < STREAMS; index++) {
		int file = file_open_beneath(directory, stream_rows[index].path, O_RDONLY, 0);

		if (file >= 0)
			stream_open(output->streams[index], file);
	}
}

void run_output_end(struct run_output *output)
{
	for (unsigned index = 0; index < STREAMS; index++)
		stream_end(output->streams[index]);
}

bool run_output_report(const struct run_output *output)
{
	char text[TEXT_BYTES_SIZE];
	bool any = false;

	for (unsigned index = 0; index < STREAMS; index++) {
		uint64_t missed = stream_missed(output->streams[index]);

		if (missed == 0)
			continue;
		fprintf(stderr,
			"axe: %s of %s came faster than it was read here and is cut from the "
			"middle; a file takes all: `> FILE`\n",
			text_format_bytes(missed, text), stream_rows[index].name);
		any = true;
	}
	return any;
}
