/* The inside of a picture: what each source found. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

struct survey_source;

#define SURVEY_SOURCES_MAX 32
extern const struct survey_source *const survey_sources[];
extern const size_t survey_sources_count;

struct picture {
	/* Shared with other pictures, and so changed by nobody once it is taken. */
	json_t *objects[SURVEY_SOURCES_MAX];
	struct error errors[SURVEY_SOURCES_MAX]; /* code 0: its objects are all */
};
