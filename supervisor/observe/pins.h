/* The kernel half kept beyond its supervisor: made, found again, or given up. */
#pragma once

#include <stdbool.h>

#include "observe/probe.h"

struct core;
struct error;

/*
 * Find the kernel half that a supervisor before us left in config->pin_dir, or load one and leave
 * it there for whoever comes after us. A set of pins becomes valid as a whole, by one rename: what
 * was interrupted half-way is never used, only removed. Only one supervisor at a time may use a
 * folder.
 */
int pins_open(const struct probe_config *config, struct core *ret_core,
	enum probe_origin *ret_origin, struct error *error);

/* Remove all pins, the mount and the folder. What nobody else holds ends with its descriptors. */
void pins_remove(const char *pin_dir);
