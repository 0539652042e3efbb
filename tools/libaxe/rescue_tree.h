/* A control group with all that its processes made below it: counted, and removed. */
#pragma once

/* Processes in the group and below. The descriptor is borrowed. */
unsigned rescue_tree_count(int group);

/* Remove the groups of the tree, children first. Busy ones are tried for a moment, then -EBUSY. */
int rescue_tree_remove(const char *path);
