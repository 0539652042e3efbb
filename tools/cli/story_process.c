/* What is told of a process. */
#include "cli/story_rows.h"

#include <stdio.h>

#include "cli/field.h"
#include "cli/story_words.h"

static void tell_fork(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	words_text(terminal, data, "comm");
	fprintf(terminal->stream, "[%lld] is born of [%lld]", words_pid(data),
		words_pid(json_object_get(data, "parent")));
}

static void tell_exec(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	words_text(terminal, data, "comm");
	fprintf(terminal->stream, "[%lld] runs ", words_pid(data));
	words_argv(terminal, data);
}

static void tell_exit(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	const json_t *exit = json_object_get(data, "exit");

	words_text(terminal, data, "comm");
	fprintf(terminal->stream, "[%lld] ", words_pid(data));
	if (field_integer(exit, "signal")) {
		fputs("dies of ", terminal->stream);
		words_signal(terminal, exit);
		words_sender(terminal, json_object_get(data, "killer"));
	} else {
		fprintf(terminal->stream, "exits with %lld",
			(long long)field_integer(exit, "status"));
	}
	fputs(" after ", terminal->stream);
	words_time(terminal, data, "lived_ms");
}

static void tell_signal(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fprintf(terminal->stream, "[%lld] gets ", words_pid(data));
	words_signal(terminal, data);
	words_sender(terminal, actor);
}

static void tell_oom(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fprintf(terminal->stream, "[%lld] is chosen by the kernel, which is out of memory",
		words_pid(data));
}

static void tell_escape(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fprintf(terminal->stream, "[%lld] leaves its group", words_pid(data));
}

const struct story_row story_process_rows[] = {
	{ "process.fork", tell_fork },
	{ "process.join", tell_fork },
	{ "process.exec", tell_exec },
	{ "process.exit", tell_exit },
	{ "process.signal", tell_signal },
	{ "process.oom", tell_oom },
	{ "process.escape", tell_escape },
	{ NULL, NULL },
};
