/* The kernel's table of processes, from the supervisor's side. */
#pragma once

#include <stdint.h>

struct probe;

/* Delete what is left of a slot's records; cheap when all were forgotten one by one. */
void records_clear(struct probe *probe, uint32_t slot);

/* Of each slot that was left to us: how many records its supervisor had deleted. They may change
 * meanwhile, so the number is good for nothing but pressure. */
void records_count_gone(struct probe *probe);
