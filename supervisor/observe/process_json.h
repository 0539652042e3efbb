/* Processes as JSON: one shape wherever a process is named. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"

struct ledger;
struct ledger_process;

/* {"pid", "start_ns"}: who a process is for ever. */
json_t *process_json_key(const struct axe_process_key *key);

/* {"status"} or {"signal", "signal_name", "core"} of a wait(2) status. */
json_t *process_json_exit(uint32_t exit_code);

/* Who sent the signal that ended it: {"pid", "start_ns", "comm", "uid", "origin"}; NULL: nobody
 * known. */
json_t *process_json_sender(const struct axe_sender *sender);

/* The sender of the signal that ended a process; NULL when it did not end by one, or unknown. */
const struct axe_sender *process_killer(const struct axe_process *record);

/* A living process: {"pid", "start_ns", "comm", "argv", "uid", "parent": {...}, "forked_ms"}, the
 * time counted from `origin_ns`. */
json_t *process_json_living(const struct ledger_process *process, uint64_t origin_ns);

/* An exec back from the data of its line in the trace; false: it is none. */
bool process_exec_read(
	const json_t *data, const struct axe_process_key *key, struct axe_event_exec *ret_exec);

/* The living of a ledger, at most `limit` of them. */
json_t *process_json_all_living(const struct ledger *ledger, uint64_t origin_ns, size_t limit);
