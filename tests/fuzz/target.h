/* What each fuzz target is: one function that must survive any bytes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* libFuzzer calls it for each input that it invents; replay.c for each file of a corpus. 0: fine.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
