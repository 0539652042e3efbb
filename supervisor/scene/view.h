/* A picture of the host that several assessments are held against: counted references. */
#pragma once

#include <stdint.h>

struct picture;
struct view;

/* Takes the picture; `taken_ns`: when its taking began. NULL: out of memory, and it is destroyed.
 */
struct view *view_create(struct picture *picture, uint64_t taken_ns);

/* NULL is fine for both. From any thread. */
struct view *view_reference(struct view *view);
void view_drop(struct view *view);

const struct picture *view_picture(const struct view *view);
uint64_t view_taken_ns(const struct view *view);
