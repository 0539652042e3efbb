/* A frozen picture that several hold, in several threads: counted references. */
#pragma once

struct frozen_picture;
struct still;

/* The picture is taken, on failure too. NULL: out of memory. */
struct still *still_create(struct frozen_picture *picture);
struct still *still_reference(struct still *still); /* NULL is fine */
void still_drop(struct still *still); /* likewise */
const struct frozen_picture *still_picture(const struct still *still);
