/* The story of an assessment's processes, line by line into the job's trace. */
#include "engine/process_trace.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "observe/process_json.h"
#include "record/trace.h"

static bool write_line(const struct process_trace *story, enum trace_type type, uint64_t mono_ns,
	json_t *data, json_t *actor)
{
	bool written;

	struct trace_line line = {
		.type = type,
		.mono_ns = mono_ns,
		.has_assessment = true,
		.assessment = story->assessment,
		.try_number = story->try_number,
		.data = data,
		.actor = actor,
	};

	written = trace_write(story->trace, &line, NULL) == 0;
	json_decref(data);
	json_decref(actor);
	return written;
}

static json_t *comm_json(const char comm[AXE_COMM_SIZE])
{
	return json_text(comm, strnlen(comm, AXE_COMM_SIZE));
}

static bool write_fork(const struct process_trace *story, const struct axe_event *event)
{
	const struct axe_event_fork *fork = (const struct axe_event_fork *)event;
	json_t *data = process_json_key(&event->process);

	json_object_set_new(data, "parent", process_json_key(&fork->parent));
	json_object_set_new(data, "comm", comm_json(fork->comm));
	json_object_set_new(data, "uid", json_integer(fork->uid));
	return write_line(story,
		fork->flags & AXE_PROCESS_JOINED ? TRACE_PROCESS_JOIN : TRACE_PROCESS_FORK,
		event->time_ns, data, NULL);
}

static bool write_exec(const struct process_trace *story, const struct axe_event *event)
{
	const struct axe_event_exec *exec = (const struct axe_event_exec *)event;
	json_t *data = process_json_key(&event->process);

	json_object_set_new(data, "comm", comm_json(exec->comm));
	json_object_set_new(data, "argv", json_argv(exec->argv, exec->argv_captured));
	if (exec->argv_size > exec->argv_captured)
		json_object_set_new(data, "argv_size", json_integer(exec->argv_size));
	json_object_set_new(data, "uid", json_integer(exec->uid));
	return write_line(story, TRACE_PROCESS_EXEC, event->time_ns, data, NULL);
}

static json_t *exit_data(const struct axe_process_key *key, const struct axe_process *record)
{
	const struct axe_sender *killer = process_killer(record);
	json_t *data = process_json_key(key);

	json_object_set_new(data, "parent", process_json_key(&record->parent));
	json_object_set_new(data, "comm", comm_json(record->comm));
	json_object_set_new(data, "exit", process_json_exit(record->exit_code));
	json_object_set_new(data, "lived_ms", json_ms(record->exit_ns - record->fork_ns));
	if (killer)
		json_object_set_new(data, "killer", process_json_sender(killer));
	if (record->flags & AXE_PROCESS_OOM)
		json_object_set_new(data, "oom", json_true());
	return data;
}

static bool write_exit(const struct process_trace *story, const struct axe_event *event)
{
	const struct axe_event_exit *exit = (const struct axe_event_exit *)event;

	return write_line(story, TRACE_PROCESS_EXIT, event->time_ns,
		exit_data(&event->process, &exit->record), NULL);
}

static bool write_signal(const struct process_trace *story, const struct axe_event *event)
{
	const struct axe_event_signal *signal = (const struct axe_event_signal *)event;
	json_t *data = process_json_key(&event->process);

	json_object_set_new(data, "signal", json_integer(signal->sender.signal));
	return write_line(story, TRACE_PROCESS_SIGNAL, event->time_ns, data,
		process_json_sender(&signal->sender));
}

static bool write_oom(const struct process_trace *story, const struct axe_event *event)
{
	return write_line(
		story, TRACE_PROCESS_OOM, event->time_ns, process_json_key(&event->process), NULL);
}

static bool write_move(const struct process_trace *story, const struct axe_event *event)
{
	const struct axe_event_move *move = (const struct axe_event_move *)event;
	json_t *data;

	if (!move->escaped)
		return false;
	data = process_json_key(&event->process);
	json_object_set_new(data, "cgroup_id", json_integer((json_int_t)move->cgroup_id));
	return write_line(story, TRACE_PROCESS_ESCAPE, event->time_ns, data, NULL);
}

static const struct {
	bool (*write)(const struct process_trace *, const struct axe_event *);
	bool alone; /* no record of the kernel's has it, too */
} writers[] = {
	[AXE_EVENT_FORK] = { write_fork, .alone = false },
	[AXE_EVENT_EXEC] = { write_exec, .alone = true },
	[AXE_EVENT_EXIT] = { write_exit, .alone = false },
	[AXE_EVENT_SIGNAL] = { write_signal, .alone = true },
	[AXE_EVENT_OOM] = { write_oom, .alone = true },
	[AXE_EVENT_MOVE] = { write_move, .alone = true },
};

bool process_trace_event(const struct process_trace *story, const struct axe_event *event)
{
	if (event->type >= sizeof(writers) / sizeof(*writers) || !writers[event->type].write)
		return false;
	return writers[event->type].write(story, event) && writers[event->type].alone;
}

bool process_trace_is_alone(const char *type)
{
	static const enum trace_type types[] = { TRACE_PROCESS_EXEC, TRACE_PROCESS_SIGNAL,
		TRACE_PROCESS_OOM, TRACE_PROCESS_ESCAPE };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(type, trace_type_name(types[i])) == 0)
			return true;
	return false;
}

void process_trace_born(const struct process_trace *story, const struct axe_process_key *key,
	const struct axe_process *record)
{
	json_t *data = process_json_key(key);

	json_object_set_new(data, "parent", process_json_key(&record->parent));
	json_object_set_new(data, "comm", comm_json(record->comm));
	json_object_set_new(data, "uid", json_integer(record->uid));
	write_line(story,
		record->flags & AXE_PROCESS_JOINED ? TRACE_PROCESS_JOIN : TRACE_PROCESS_FORK,
		record->fork_ns, data, NULL);
}

void process_trace_found(const struct process_trace *story, const struct axe_process_key *key,
	const struct axe_process *record)
{
	write_line(story, TRACE_PROCESS_EXIT, record->exit_ns, exit_data(key, record), NULL);
}
