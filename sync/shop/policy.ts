import * as z from 'zod/mini';
import { parse } from '../core/entity.ts';

/** What a shop decides for itself; minutes and days say so in their names. Defaults of the house. */
export const policyDefaults = {
	holdMinutes: 10,
	noticeMinutes: 30,
	horizonDays: 30,
	gridMinutes: 30,
	lastStartBeforeClosingMinutes: 15,
	offerMinutesMin: 2,
	offerMinutesMax: 10,
	acknowledgeWithinMinutes: 120,
	liveBookingsMax: 3,
};
export type Policy = typeof policyDefaults;

/** Only what differs from the defaults is stored. */
export const policyParser = z.strictObject({
	holdMinutes: z.optional(parse.int(1, 60)),
	noticeMinutes: z.optional(parse.int(0, 1_440)),
	horizonDays: z.optional(parse.int(1, 90)),
	gridMinutes: z.optional(parse.int(5, 120)),
	lastStartBeforeClosingMinutes: z.optional(parse.int(0, 240)),
	offerMinutesMin: z.optional(parse.int(1, 60)),
	offerMinutesMax: z.optional(parse.int(1, 120)),
	acknowledgeWithinMinutes: z.optional(parse.int(0, 1_440)),
	liveBookingsMax: z.optional(parse.int(1, 10)),
});

export const policyOf = (shop: { readonly policy: z.output<typeof policyParser> }): Policy => ({
	...policyDefaults,
	...(Object.fromEntries(
		Object.entries(shop.policy).filter(([, value]) => value !== undefined),
	) as Partial<Policy>),
});
