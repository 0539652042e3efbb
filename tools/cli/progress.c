/* What a person sees while a job runs, on standard error. */
#include "cli/progress.h"

#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/field.h"
#include "cli/result_text.h"
#include "cli/tail.h"
#include "model/verdict.h"

#define TAIL_LINES        20
#define LIVE_LINES_MAX    8
#define NAME_SHOWN_MAX    40
#define MESSAGE_SHOWN_MAX 40

static const char *const output_names[] = { "stdout", "stderr" };

void progress_init(struct progress *progress, enum progress_mode mode, FILE *stream)
{
	*progress = (struct progress){
		.mode = mode,
		.directory = -1,
		.begun_ns = clock_monotonic_ns(),
		.running = json_object(),
	};
	terminal_init(&progress->terminal, stream);
}

void progress_finish(struct progress *progress)
{
	progress_clear(progress);
	json_decref(progress->running);
	progress->running = NULL;
}

void progress_started(struct progress *progress, const json_t *first, int directory)
{
	progress->directory = directory;
	if (progress->mode != PROGRESS_LINES && progress->mode != PROGRESS_LIVE)
		return;
	fprintf(progress->terminal.stream, "axe: job %lld, files in %s\n",
		(long long)field_integer(first, "job"), field_text(first, "directory"));
}

void progress_clear(struct progress *progress)
{
	for (; progress->drawn; progress->drawn--)
		fputs(progress->drawn > 1 ? "\r\033[K\033[A" : "\r\033[K",
			progress->terminal.stream);
	fflush(progress->terminal.stream);
}

static void show_output(struct progress *progress, const json_t *result, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "1/%lld.%lld/%s", (long long)field_integer(result, "index"),
		(long long)field_integer(result, "try"), name);
	fd = file_open_beneath(progress->directory, path, O_RDONLY, 0);
	if (fd < 0)
		return;
	if (lseek(fd, 0, SEEK_END) > 0) {
		terminal_paint(&progress->terminal, PAINT_FAINT, "  last lines of its %s:\n", name);
		tail_print(fd, TAIL_LINES, "  | ", &progress->terminal);
	}
	close(fd);
}

static void show_outputs(struct progress *progress, const json_t *result)
{
	if (progress->directory < 0)
		return;
	for (size_t index = 0; index < sizeof(output_names) / sizeof(*output_names); index++)
		show_output(progress, result, output_names[index]);
}

static bool is_failure(const json_t *result)
{
	const char *name = field_text(result, "verdict");
	enum verdict verdict;

	return !name || !verdict_from_name(name, &verdict) || verdict_is_failure(verdict);
}

static void print_end(struct progress *progress, const json_t *result)
{
	const char *verdict = field_text(result, "verdict");
	auto_free char *title = result_title(result);
	char reason[RESULT_REASON_SIZE], time[TEXT_DURATION_SIZE];

	fprintf(progress->terminal.stream, "END   %s  ", title ? title : "?");
	terminal_paint(&progress->terminal, result_paint(verdict), "%s", verdict ? verdict : "?");
	fprintf(progress->terminal.stream, "  %s",
		text_format_duration(field_ms_as_ns(result, "duration_ms"), time));
	if (result_reason(result, reason)[0])
		fprintf(progress->terminal.stream, "  %s", reason);
	putc('\n', progress->terminal.stream);
}

static void ended(struct progress *progress, const json_t *result)
{
	bool failure = is_failure(result);
	bool leaked = json_array_size(json_object_get(result, "leaks"));

	progress->done++;
	if (progress->mode == PROGRESS_NONE)
		return;
	if (progress->mode != PROGRESS_LINES && !failure && !leaked)
		return;
	progress_clear(progress);
	print_end(progress, result);
	result_print_leaks(result, "  ", &progress->terminal);
	result_print_warnings(result, "  ", &progress->terminal);
	if (failure)
		show_outputs(progress, result);
}

static void key_of(const json_t *event, char *key, size_t size)
{
	snprintf(key, size, "%lld", (long long)field_integer(event, "assessment"));
}

static void begun(struct progress *progress, const json_t *event)
{
	json_t *name = json_object_get(json_object_get(event, "data"), "name");
	auto_free char *safe = terminal_safe(json_string_value(name));
	char key[24];

	key_of(event, key, sizeof(key));
	json_object_set(progress->running, key, name);
	if (progress->mode == PROGRESS_LINES)
		fprintf(progress->terminal.stream, "START %s %s\n", key, safe ? safe : "?");
}

static void waits(struct progress *progress, const json_t *data)
{
	auto_free char *jobs = json_dumps(json_object_get(data, "running"), JSON_COMPACT);

	if (progress->mode == PROGRESS_FAILURES)
		return;
	fprintf(progress->terminal.stream,
		"axe: waits for a slot; running: %s, ahead of it: %lld\n", jobs ? jobs : "?",
		(long long)field_integer(data, "ahead"));
}

void progress_event(struct progress *progress, const json_t *event)
{
	const char *type = field_text(event, "type");
	const json_t *data = json_object_get(event, "data");
	char key[24];

	if (!type)
		return;
	if (strcmp(type, "job.pending") == 0) {
		waits(progress, data);
	} else if (strcmp(type, "job.begin") == 0) {
		progress->planned = (long long)field_integer(data, "assessments");
	} else if (strcmp(type, "assessment.begin") == 0) {
		begun(progress, event);
	} else if (strcmp(type, "assessment.end") == 0) {
		key_of(event, key, sizeof(key));
		json_object_del(progress->running, key);
		ended(progress, data);
	}
}

/* What it says itself: "  40 %  half way". */
static void format_report(const json_t *running, char *text, size_t size)
{
	const json_t *report = json_object_get(running, "progress");
	const json_t *percent = json_object_get(report, "percent");
	const char *said = json_string_value(json_object_get(report, "message"));
	auto_free char *message = said ? terminal_safe(said) : NULL;
	size_t used = 0;

	*text = '\0';
	if (json_is_integer(percent))
		used = (size_t)snprintf(
			text, size, "  %lld %%", (long long)json_integer_value(percent));
	if (message && *message)
		snprintf(text + used, size - used, "  %.*s",
			(int)terminal_cut(message, MESSAGE_SHOWN_MAX), message);
}

/*
 * "[3/12] cpu-stress  4.1 s / 1 min 0 s  17 procs  212 MiB  40 %  half way". What is done is the
 * status's, too: events come by another connection, and may be ahead of it.
 */
static void format_live(const struct progress *progress, const json_t *status,
	const json_t *running, char *line, size_t size)
{
	auto_free char *name = terminal_safe(field_text(running, "name"));
	uint64_t timeout_ns = field_ms_as_ns(running, "timeout_ms");
	char elapsed[TEXT_DURATION_SIZE], timeout[TEXT_DURATION_SIZE], memory[TEXT_BYTES_SIZE];
	size_t used;

	text_format_duration(field_ms_as_ns(running, "elapsed_ms"), elapsed);
	used = (size_t)snprintf(line, size, "[%lld/%lld] %.*s  %s",
		(long long)field_integer(status, "done") + 1, progress->planned,
		name ? (int)terminal_cut(name, NAME_SHOWN_MAX) : 0, name, elapsed);
	if (timeout_ns && used < size)
		used += (size_t)snprintf(line + used, size - used, " / %s",
			text_format_duration(timeout_ns, timeout));
	if (used < size)
		used += (size_t)snprintf(line + used, size - used, "  %lld procs",
			(long long)field_integer(running, "processes"));
	if (json_is_integer(json_object_get(running, "memory_bytes")) && used < size)
		used += (size_t)snprintf(line + used, size - used, "  %s",
			text_format_bytes(
				(uint64_t)field_integer(running, "memory_bytes"), memory));
	if (used < size)
		format_report(running, line + used, size - used);
}

void progress_status(struct progress *progress, const json_t *status)
{
	const json_t *list = json_object_get(status, "running");
	json_t *running;
	size_t index;

	if (progress->mode != PROGRESS_LIVE)
		return;
	progress_clear(progress);
	terminal_measure(&progress->terminal);
	json_array_foreach ((json_t *)list, index, running) {
		char line[512];

		if (index == LIVE_LINES_MAX)
			break;
		format_live(progress, status, running, line, sizeof(line));
		/* A line that wraps could not be taken back. */
		fprintf(progress->terminal.stream, "%s%.*s", index ? "\n" : "",
			(int)terminal_cut(line, (unsigned)progress->terminal.width - 1), line);
		progress->drawn++;
	}
	fflush(progress->terminal.stream);
}

void progress_beat(struct progress *progress)
{
	char time[TEXT_DURATION_SIZE];
	const char *key;
	json_t *name;

	if (progress->mode != PROGRESS_LINES)
		return;
	fprintf(progress->terminal.stream,
		"axe: %lld of %lld done after %s; running:", progress->done, progress->planned,
		text_format_duration(clock_monotonic_ns() - progress->begun_ns, time));
	json_object_foreach (progress->running, key, name) {
		auto_free char *safe = terminal_safe(json_string_value(name));

		fprintf(progress->terminal.stream, " %s %s", key, safe ? safe : "?");
	}
	putc('\n', progress->terminal.stream);
}
