/* The refusals of the YAML reader: one line each, at the event that earned it. */
#pragma once

#include <yaml.h>

#include "libaxe/manifest_path.h"

/* Who refuses: where in the manifest it stands, and whom it tells. */
struct yaml_place {
	struct manifest_path path;
	struct manifest_error *error;
};

/* Each returns -EINVAL, or -ENOMEM when that was libyaml's trouble. */
int yaml_refuse(struct yaml_place *place, const yaml_event_t *event, const char *expected,
	const char *found, const char *advice);

/* With `found` made of a phrase and a word of the file. */
int yaml_refuse_word(struct yaml_place *place, const yaml_event_t *event, const char *expected,
	const char *phrase, const yaml_char_t *word, const char *advice);

/* What libyaml itself could not read. `text` is the whole that it was given. */
int yaml_refuse_syntax(struct yaml_place *place, const yaml_parser_t *parser, const char *text);

/* 0 when the event carries no anchor and no tag and is no alias. */
int yaml_refuse_decoration(struct yaml_place *place, const yaml_event_t *event);
