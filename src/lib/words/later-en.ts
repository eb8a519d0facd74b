import { fateEn } from './fate-en.ts';
import { phoneEn } from './phone-en.ts';
import { pwaEn } from './pwa-en.ts';
import { refusalsEn } from './refusals-en.ts';

/** What no first screen says, in English: it arrives right behind it (`lazily`). */
export const laterEn = {
	signOut: 'Sign out',
	signedInAs: 'Signed in as {name}',
	close: 'Close',
	back: 'Back',
	dismiss: 'Understood',
	updateReady: 'A new version is ready.',
	updateNow: 'Update now',
	updateWaits: 'It can start as soon as everything is sent.',
	'book.plate': 'Number plate',
	'book.plateHint': 'As on the plate, for example KA51AB1234',
	'book.plateWrong': 'A plate has letters and digits only, 4 to 11 of them.',
	'book.make': 'Make (if you like)',
	'book.model': 'Model (if you like)',
	'book.class': 'Kind of bike',
	'book.add': 'Add',

	'class.scooter': 'Scooter',
	'class.commuter': 'Commuter',
	'class.sport': 'Sport',
	'class.cruiser': 'Cruiser',
	'class.ev': 'Electric',
	'jobs.declineTitle': 'Why not?',
	'jobs.declineLead': 'The shop finds someone else. It costs you nothing.',
	'jobs.reason.busy': 'Too much to do',
	'jobs.reason.skill': 'Not my kind of work',
	'jobs.reason.away': 'I am not there',
	'jobs.reason.other': 'Another reason',
	'jobs.send': 'Send',

	...fateEn,
	...phoneEn,
	...pwaEn,
	...refusalsEn,
} as const;
