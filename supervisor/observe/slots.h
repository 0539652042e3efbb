/* Which groups the kernel half watches: the slots, from watch to unwatch. */
#pragma once

struct probe;

/* Before the first use: a slot that is in use already was left by a supervisor before us. */
void slots_open(struct probe *probe);
