/* How many columns of a terminal a character takes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* 0: it joins the one before it; 2: it is wide, as those of East Asia and most pictures are. */
unsigned character_columns(uint32_t character);

/* The same of a text's first one, which is not the end; *ret_bytes: what it is made of. */
unsigned character_first(const char *text, size_t *ret_bytes);
