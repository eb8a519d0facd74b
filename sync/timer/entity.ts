import * as z from 'zod/mini';
import { entity, id, instant, json, optional, ref, text, type RowOf } from '../core/entity.ts';

/** An hour-glass on business time: when it runs out, the system performs the mutation it names. */
export const timer = entity(
	'timer',
	{
		/** The id of the mutation that will be performed, so that it is performed once. */
		id: id(),
		/** What it is for; one of a key at a time: `hold:<booking>`. */
		key: text(120, 1),
		name: text(60, 1),
		args: json(z.record(z.string(), z.unknown())),
		dueAt: instant(),
		ranAt: optional(instant()),
		/** The mutation in place of that one, where somebody had used up its id. */
		mutationId: optional(ref('mutation')),
	},
	{ home: null, indexes: [['dueAt'], ['key']] },
);
export type Timer = RowOf<(typeof timer)['fields']>;
