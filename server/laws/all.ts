import type { Law } from '#sync/core/law.ts';
import { rowLaws } from '#sync/laws.ts';
import {
	answeredOnce,
	answerNeverChanges,
	counterNeverFalls,
	deviceWithoutGap,
	lineHasAnswer,
	stampMovesWhatItTouched,
	takenInOrder,
} from './books.ts';

type Named = Pick<Law<never>, 'name' | 'number' | 'says'>;

/** Every law of the garage; what is counted and logged bears one of these names. */
export const laws: readonly Named[] = [
	...rowLaws,
	takenInOrder,
	deviceWithoutGap,
	answeredOnce,
	answerNeverChanges,
	lineHasAnswer,
	counterNeverFalls,
	stampMovesWhatItTouched,
];
