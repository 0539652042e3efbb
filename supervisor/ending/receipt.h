/* The kill receipt: what was there, what was done, what was seen to end. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct killing_report;
struct ledger;
struct still;

struct receipt {
	uint64_t seen; /* processes in the frozen picture */
	uint64_t members; /* of the group at that moment: more than were seen are unseen */
	uint64_t struck_ns; /* just before the first SIGKILL: who ended before was not there */
	bool counted; /* the living are; else they are when they are listed */
	uint64_t killed; /* ended by SIGKILL after the strike */
	uint64_t observed; /* all exits recorded after the strike */
	bool accounted; /* nobody lives: those three are final */
	uint64_t unrecorded; /* members for whom there was no room: counted, and in neither of the
				two */
	json_t *picture; /* the processes, at most RECEIPT_PICTURE_MOST; owned */
	struct still *still; /* what they had in hand; NULL: not known; owned */
	const char *unlooked; /* why not, static; NULL: it is, or nobody wanted to know */
};

#define RECEIPT_PICTURE_MOST 256
/* Rows of each list of what they had in hand. */
#define RECEIPT_FROZEN_MOST 32

void receipt_init(struct receipt *receipt);
void receipt_finish(struct receipt *receipt);

/*
 * Add the living of a ledger: their number to those seen, unless that was done, and what they are
 * to the picture.
 */
void receipt_count_living(struct receipt *receipt, const struct ledger *ledger);
void receipt_add_living(struct receipt *receipt, const struct ledger *ledger, uint64_t origin_ns);

/*
 * The whole as an object. `survivors` is borrowed, NULL: none. A new reference.
 */
json_t *receipt_json(const struct receipt *receipt, const struct killing_report *report,
	const json_t *survivors);
