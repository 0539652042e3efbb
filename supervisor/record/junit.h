/* The results as JUnit XML, for the servers that collect such files. */
#pragma once

#include "record/result_format.h"

/* One <testsuites> document. Characters that XML 1.0 cannot carry are escaped as \xNN. */
extern const struct result_format junit_format;
