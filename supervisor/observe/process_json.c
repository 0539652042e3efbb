/* Processes as JSON: one shape wherever a process is named. */
#include "observe/process_json.h"

#include <signal.h>
#include <string.h>

#include "base/json.h"
#include "observe/ledger.h"

static const char *const origin_names[] = {
	[AXE_SENDER_NONE] = "unknown",
	[AXE_SENDER_USER] = "process",
	[AXE_SENDER_KERNEL] = "kernel",
	[AXE_SENDER_SELF] = "itself",
};

static json_t *comm_json(const char comm[AXE_COMM_SIZE])
{
	return json_text(comm, strnlen(comm, AXE_COMM_SIZE));
}

json_t *process_json_key(const struct axe_process_key *key)
{
	return json_pack(
		"{s:I, s:I}", "pid", (json_int_t)key->tgid, "start_ns", (json_int_t)key->start_ns);
}

json_t *process_json_exit(uint32_t exit_code)
{
	int signal = exit_code & 0x7f;
	const char *name = sigabbrev_np(signal);

	if (!signal)
		return json_pack("{s:i}", "status", (int)(exit_code >> 8 & 0xff));
	return json_pack("{s:i, s:s?, s:b}", "signal", signal, "signal_name", name, "core",
		(exit_code & 0x80) != 0);
}

json_t *process_json_sender(const struct axe_sender *sender)
{
	const char *origin = sender->origin < sizeof(origin_names) / sizeof(*origin_names)
				     ? origin_names[sender->origin]
				     : "unknown";

	/* What is born into a dying group is killed by the kernel itself: by nobody with a name. */
	if (!sender->process.tgid)
		return json_pack("{s:i, s:s}", "signal", (int)sender->signal, "origin", origin);
	return json_pack("{s:I, s:I, s:o, s:I, s:i, s:s}", "pid", (json_int_t)sender->process.tgid,
		"start_ns", (json_int_t)sender->process.start_ns, "comm", comm_json(sender->comm),
		"uid", (json_int_t)sender->uid, "signal", (int)sender->signal, "origin", origin);
}

const struct axe_sender *process_killer(const struct axe_process *record)
{
	unsigned signal = record->exit_code & 0x7f;
	const struct axe_sender *sender = signal == SIGKILL ? &record->kill : &record->signal;

	if (!signal || sender->origin == AXE_SENDER_NONE || sender->signal != signal)
		return NULL;
	return sender;
}

json_t *process_json_living(const struct ledger_process *process, uint64_t origin_ns)
{
	uint64_t age = process->fork_ns > origin_ns ? process->fork_ns - origin_ns : 0;
	json_t *json = process_json_key(&process->key);
	json_t *parent = process_json_key(&process->parent);

	json_object_set_new(parent, "comm", comm_json(process->parent_comm));
	json_object_set_new(json, "comm", comm_json(process->comm));
	json_object_set_new(json, "argv", json_argv(process->argv, process->argv_captured));
	if (process->argv_size > process->argv_captured)
		json_object_set_new(json, "argv_cut", json_true());
	json_object_set_new(json, "uid", json_integer(process->uid));
	json_object_set_new(json, "parent", parent);
	json_object_set_new(json, "forked_ms", json_ms(age));
	if (process->flags & AXE_PROCESS_ESCAPED)
		json_object_set_new(json, "escaped", json_true());
	return json;
}

struct collection {
	json_t *array;
	uint64_t origin_ns;
	size_t limit;
};

static bool collect(const struct ledger_process *process, void *data)
{
	struct collection *collection = data;

	json_array_append_new(
		collection->array, process_json_living(process, collection->origin_ns));
	return json_array_size(collection->array) < collection->limit;
}

json_t *process_json_all_living(const struct ledger *ledger, uint64_t origin_ns, size_t limit)
{
	struct collection collection = { json_array(), origin_ns, limit };

	ledger_each(ledger, collect, &collection);
	return collection.array;
}
