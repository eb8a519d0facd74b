import type { Day, Instant } from '#sync/core/time.ts';
import { dropKept, readKept, writeKept } from './kept.ts';

/** What a person chose for a booking that he has not sent; what is missing he has not touched. */
export type Choices = {
	readonly shopId?: string;
	readonly vehicleId?: string;
	readonly services?: readonly string[];
	readonly day?: Day;
	readonly start?: Instant | null;
};

const name = 'booking';

/**
 * The choices as they were left, also when the phone died over them. A day that is over is asked for
 * anew; whether a time is still free, the server says anyway.
 */
export function recallChoices(owner: string, today: Day): Choices {
	const kept = (readKept('draft', owner, name) ?? {}) as Choices;
	if (kept.day === undefined || kept.day >= today) return kept;
	const { shopId, vehicleId, services } = kept;
	return {
		...(shopId === undefined ? {} : { shopId }),
		...(vehicleId === undefined ? {} : { vehicleId }),
		...(services === undefined ? {} : { services }),
	};
}

export function keepChoices(owner: string, choices: Choices): void {
	if (Object.keys(choices).length > 0) writeKept('draft', owner, name, choices);
}

/** It was sent. */
export const forgetChoices = (owner: string): void => dropKept('draft', owner, name);
