/* The inside of a picture: what each source found. */
#pragma once

#include <jansson.h>

#include "base/error.h"

struct survey_source;

#define SURVEY_SOURCES 8
extern const struct survey_source *const survey_sources[SURVEY_SOURCES];

struct picture {
	/* Shared with other pictures, and so changed by nobody once it is taken. */
	json_t *objects[SURVEY_SOURCES];
	struct error errors[SURVEY_SOURCES]; /* code 0: its objects are all */
};
