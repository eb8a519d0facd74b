import { t } from '#lib/words/words.svelte.ts';

const told = [
	'booking.request',
	'booking.confirm',
	'booking.receive',
	'vehicle.add',
	'job.accept',
	'job.decline',
	'job.start',
	'job.complete',
	'job.assign',
] as const;

/** What the person did, in words: `You accepted the job`. */
export function didWords(mutator: string): string {
	const known = told.find((each) => each === mutator);
	return known ? t(`did.${known}`) : t('did.other');
}
