/* A finding of the survey in one line for a person. */
#pragma once

#include <jansson.h>

/*
 * "sysv_ipc shm 98405: is still there (...); proved; repair: ipcrm -m 98405". A new reference, a
 * string; NULL: out of memory.
 */
json_t *finding_text(const json_t *finding);
