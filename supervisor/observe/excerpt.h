/*
 * Of the kernel's types those that a BPF object names, as a file that libbpf finds its fields in.
 *
 * In all of them it looks for each name anew, which takes longer than to load the programs. Types
 * of modules are not in it: it is for programs that read none.
 */
#pragma once

#include "base/cleanup.h"

struct bpf_object;
struct btf;
struct error;
struct kernel_types;

struct excerpt {
	int file; /* -1: none */
	char path[32]; /* for bpf_object_open_opts::btf_custom_path */
};

/* An empty one: the object that says what it needs is opened with its path. */
int excerpt_open(struct excerpt *ret_excerpt, struct error *error);

/*
 * Whatever in the kernel has the name of a type of `wanting`, and what that is made of. A pointer
 * is one to anything: what is behind it is found by its own name.
 */
int excerpt_write(const struct excerpt *excerpt, const struct kernel_types *types,
	const struct btf *wanting, struct error *error);

/* The same for all that an opened object names, from this kernel. */
int excerpt_write_for(
	const struct excerpt *excerpt, const struct bpf_object *object, struct error *error);

static inline void excerpt_close(struct excerpt *excerpt)
{
	cleanup_fd(&excerpt->file);
}

#define auto_excerpt __attribute__((cleanup(excerpt_close))) struct excerpt
