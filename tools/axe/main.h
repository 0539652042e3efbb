/* The way into axe. */
#pragma once

/* Say that there is no such verb, and which is nearest. Returns the exit code. */
int refuse_verb(const char *name);
