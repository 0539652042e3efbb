/* The kernel's table of processes, from the supervisor's side. */
#pragma once

#include <stdint.h>

struct probe;

/* Delete what is left of a slot's records; cheap when all were forgotten one by one. */
void records_clear(struct probe *probe, uint32_t slot);
