/* Who did what a finding tells: the words of processes that are long gone, from the job's trace. */
#pragma once

#include <jansson.h>

/*
 * Give each finding that has a pid its "process": {"pid", "comm", "argv"}; what the trace does not
 * tell is null. `folder` is the path of the job's; what was told so far must be in the file. Reads
 * it whole: not for the loop.
 */
void culprits_name(json_t *findings, const char *folder, unsigned index, unsigned try_number);
