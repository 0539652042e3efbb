/* Whether what jobs left behind is still as they left it: asked by `axe repair`, without a daemon.
 */
#pragma once

/*
 * Read findings from standard input (a JSON array, each as survey_compare wrote it) and answer on
 * standard output with an array: for each {"state": "left", "changed" or "unknown", "text"}.
 * Returns the exit status.
 */
int residue_check(void);
