import * as z from 'zod/mini';
import { collections, parse } from '../core/entity.ts';
import { refusals } from '../core/rejection.ts';

/** Limits of one round trip; a device cuts its batches by them, the server refuses what is over. */
export const mutationsMax = 50;
export const pushBytesMax = 256 * 1024;
export const rowsMax = 1_000;
/** About how much JSON of documents comes in one page, before compression. */
export const pageBytesMax = 256 * 1024;
const scopesMax = 200;
export const depthMax = 32;
export const askingMax = 50;
export const seenMax = 20;

/** When something was done, by the phone's clock, and what the phone knows of that clock's error. */
const claimedTime = z.strictObject({
	/** The phone's clock, frozen when the person pressed. */
	wall: parse.instant,
	/** Server minus phone in milliseconds, as last measured; null: never measured. */
	offsetMs: z.nullable(parse.int(-100 * 366 * 86_400_000, 100 * 366 * 86_400_000)),
	/** Half of the round trip of that measurement, in milliseconds. */
	errorMs: z.nullable(parse.int(0, 86_400_000)),
});
export type ClaimedTime = z.output<typeof claimedTime>;

/** One use of a mutator, as it was enqueued; `text` in the outbox is just this as JSON. */
export const mutationText = z.strictObject({
	id: parse.id,
	name: parse.text(60, 1),
	version: parse.int(1, 1_000),
	args: z.unknown(),
	base: z.record(z.string(), z.int()),
	after: z.array(parse.id).check(z.maxLength(100)),
	at: claimedTime,
});
export type Mutation = z.output<typeof mutationText>;

export const syncRequest = z.strictObject({
	/** The data set and its era the device knows; null before the first answer. */
	install: z.nullable(parse.id),
	era: z.nullable(parse.int(0, 2_000_000_000)),
	schema: parse.int(1, 1_000),
	build: parse.text(80),
	device: z.strictObject({ id: parse.id, browserId: parse.id }),
	/** How many mutations lie in the outbox, those sent here included. */
	pending: parse.int(0, 1_000_000),
	cursors: z
		.record(z.string(), z.int().check(z.minimum(0)))
		.check(z.refine((cursors) => Object.keys(cursors).length <= scopesMax)),
	/**
	 * The cursors come from reading everything from the start just now: what was forgotten before that
	 * is no gap, although a cursor on the way lies before it.
	 */
	anew: z.optional(z.literal(true)),
	mutations: z
		.array(
			z.strictObject({
				seq: parse.int(1, Number.MAX_SAFE_INTEGER),
				text: z.string().check(z.maxLength(pushBytesMax)),
			}),
		)
		.check(z.maxLength(mutationsMax)),
	/** Parked mutations of this person whose end the device has not heard of yet. */
	asking: z._default(z.array(parse.id).check(z.maxLength(askingMax)), []),
	/** Visits that were on the screen, as new as they were there: read receipts, best effort. */
	seen: z._default(
		z
			.array(
				z.strictObject({
					bookingId: parse.id,
					bookingVersion: parse.int(0, 2_000_000_000),
					/** 0: there was no job. */
					jobVersion: parse.int(0, 2_000_000_000),
				}),
			)
			.check(z.maxLength(seenMax)),
		[],
	),
});
export type SyncRequest = z.output<typeof syncRequest>;

/** How a mutation ended. `recorded`: a report kept, not applied. `parked`: waits for a person or a newer server. */
const statuses = ['applied', 'noop', 'refused', 'recorded', 'parked'] as const;
export type Status = (typeof statuses)[number];

const ack = z.object({
	id: parse.id,
	seq: z.int(),
	status: z.enum(statuses),
	refusal: z.optional(z.enum(refusals)),
	extras: z.optional(z.record(z.string(), z.unknown())),
	/** The counter of each scope that this mutation moved: settled when the device has read that far. */
	effects: z.record(z.string(), z.int()),
});
export type Ack = z.output<typeof ack>;

const wireDoc = z.looseObject({ id: parse.id });
export const syncAnswer = z.object({
	install: parse.id,
	era: z.int(),
	/** Business time of the server: the device measures its clock's offset by it. */
	now: parse.instant,
	acks: z.array(ack),
	/** The last mutation of this device that the server has consumed. */
	lastSeq: z.int(),
	/** The device sent a later one than the next: send again from here. */
	gap: z.optional(z.int()),
	/**
	 * A number of this device was used before for something else: two phones count as one (a copied
	 * profile, a backup). Nothing from there on was taken; the device goes on under a new id.
	 */
	forked: z.optional(z.literal(true)),
	/** How parked mutations that the device asked about have ended. */
	verdicts: z.optional(z.array(ack)),
	/** A cursor lies before what the server remembers: everything has to be read again. */
	stale: z.optional(z.literal(true)),
	/** This app's documents are of a shape that is not told any more: it must be updated to read on. */
	outdated: z.optional(z.literal(true)),
	/**
	 * This browser was another device of the same person before, which never said goodbye: its storage
	 * was cleared. How many actions still lay on it, as far as the server had heard, and when.
	 */
	earlier: z.optional(z.object({ pending: z.int(), lastContact: parse.instant })),
	docs: z.partialRecord(z.enum(collections), z.array(wireDoc)),
	gone: z.array(z.object({ collection: z.enum(collections), id: parse.id, reason: z.string() })),
	cursors: z.record(z.string(), z.int()),
	scopes: z.object({ added: z.array(z.string()), dropped: z.array(z.string()) }),
	more: z.boolean(),
});
export type SyncAnswer = z.output<typeof syncAnswer>;
