/* The results as JUnit XML, for the servers that collect such files. */
#pragma once

#include <jansson.h>

/* Render {"job", "name", "assessments":[...]} as one <testsuites> document. The caller frees; NULL:
 * out of memory. Characters that XML 1.0 cannot carry are escaped as \xNN. */
char *junit_render(const json_t *results);
