/* What could not be ended: kept apart, watched, and told when it is gone at last. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct group;
struct limit_set;
struct residue;
struct tree;
struct watch;

/* `cleared` is told from the loop: a supervisor event, outside of any job's grammar. */
typedef void residue_cleared(const json_t *event, void *data);
int residue_create(sd_event *loop, struct tree *tree, residue_cleared *cleared, void *data,
	struct residue **ret_residue);

/*
 * Gives up watching: the groups stay, SIGKILL is pending in them, and the next supervisor removes
 * them; one of the same name, for whom their slots are left, also goes on telling of them. NULL is
 * fine.
 */
void residue_destroy(struct residue *residue, bool for_successor);

/* Takes all three. The group's name and the slot stay in use until it is empty. */
void residue_add(struct residue *residue, uint64_t job, unsigned index, struct group *group,
	struct watch *watch, struct limit_set *limits);

/* [{"job", "assessment", "group", "since_ms"}]. A new reference. */
json_t *residue_json(const struct residue *residue);
