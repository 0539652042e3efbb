/* The signals of the supervisor: they come out of its loop, or not at all. */
#pragma once

struct error;

/* Before anything that could receive one; the loop takes them from here. */
int signals_block(struct error *error);
