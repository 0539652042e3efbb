/* The results as TAP version 13, for harnesses that read such streams. */
#pragma once

#include "record/result_format.h"

extern const struct result_format tap_format;
