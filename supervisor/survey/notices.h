/* What the kernel tells by itself: that in one of some folders something came, went or was renamed.
 */
#pragma once

#include <stdint.h>

struct notices;

struct notices *notices_create(void); /* NULL: out of memory */
void notices_destroy(struct notices *notices); /* NULL is fine */

/* A new look begins: what it does not watch need not be known any more. */
void notices_begin(struct notices *notices);

/* Of what comes or goes in that folder (relative to the descriptor) from now on it will be told;
 * where that is refused, no number is given until a look begins. */
void notices_watch(struct notices *notices, int root, const char *path);

/* The same as long as nothing was told. 0: that cannot be known. */
uint64_t notices_number(struct notices *notices);
