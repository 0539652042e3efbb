/* A set of pins that another build left: what it knows goes into programs of ours. */
#pragma once

struct core;
struct probe_config;

/* See inherit: `set` is the folder of the old pins. -ESTALE: nothing can be known by them. */
int pins_take_over(const struct probe_config *config, const char *set, struct core *core);
