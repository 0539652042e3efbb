/* What a process became, read back from the trace. */
#include <string.h>

#include "observe/process_json.h"

/* Words end with NUL; what does not fit was cut at its birth, too. */
static uint32_t join_words(const json_t *words, char argv[static AXE_ARGV_SIZE])
{
	uint32_t used = 0;
	json_t *word;
	size_t at;

	json_array_foreach ((json_t *)words, at, word) {
		size_t size = json_string_length(word) + 1;

		if (!json_is_string(word) || size > AXE_ARGV_SIZE - used)
			break;
		memcpy(argv + used, json_string_value(word), size);
		used += (uint32_t)size;
	}
	return used;
}

bool process_exec_read(
	const json_t *data, const struct axe_process_key *key, struct axe_event_exec *ret_exec)
{
	const char *comm = json_string_value(json_object_get(data, "comm"));
	const json_t *size = json_object_get(data, "argv_size");

	if (!comm)
		return false;
	memset(ret_exec, 0, sizeof(*ret_exec));
	ret_exec->head = (struct axe_event){
		.type = AXE_EVENT_EXEC,
		.size = sizeof(*ret_exec),
		.process = *key,
	};
	strncpy(ret_exec->comm, comm, sizeof(ret_exec->comm) - 1);
	ret_exec->uid = (uint32_t)json_integer_value(json_object_get(data, "uid"));
	ret_exec->argv_captured = join_words(json_object_get(data, "argv"), ret_exec->argv);
	ret_exec->argv_size = size ? (uint32_t)json_integer_value(size) : ret_exec->argv_captured;
	return true;
}
