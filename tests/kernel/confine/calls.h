/* System calls made in any ABI of the machine, with arguments that do no harm if they are let in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALL_ARGUMENTS 5

enum call_abi { CALL_NATIVE, CALL_I386, CALL_X32, CALL_ABIS };

extern const char *const call_abi_names[CALL_ABIS];

struct harmless_call {
	const char *name;
	/* Numbers and pointers into the first page: both mean the same in every ABI, and no such
	 * pointer can be read. */
	uint32_t arguments[CALL_ARGUMENTS];
};

/* NULL: the test has no harmless way to make this call. */
const struct harmless_call *harmless_call_find(const char *name);

/* The errno of the call, 0 when it succeeded; -1: this ABI has no such call. */
int harmless_call_make(const struct harmless_call *call, enum call_abi abi);

/* Whether this machine runs the ABI: tried in a process of its own. */
bool call_abi_runs(enum call_abi abi);
