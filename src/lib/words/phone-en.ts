/** The phone itself: signing out, other phones, storage, and news that arrives on it. */
export const phoneEn = {
	'leave.title': 'Not everything is sent',
	'leave.lead': {
		one: '{count} thing you did is only on this phone, and signing out takes you away from it.',
		other:
			'{count} things you did are only on this phone, and signing out takes you away from them.',
	},
	'leave.send': 'Send now and sign out',
	'leave.sending': 'Sending: {sent} of {all} sent',
	'leave.notAll': {
		one: '{count} could not be sent. You are still signed in; try again where there is network.',
		other: '{count} could not be sent. You are still signed in; try again where there is network.',
	},
	'leave.seal': 'Keep it sealed on this phone',
	'leave.sealWhy':
		'It stays here, locked. Nobody else can read or send it. Sign in here again and it goes on.',
	'leave.discard': 'Throw it away',
	'leave.discardWhy': 'It never reaches the shop, and it cannot be brought back.',
	'leave.discardWord': 'DELETE',
	'leave.discardType': 'Type {word} to throw it away',
	'leave.failed': 'Signing out did not work. You are still signed in; nothing is lost.',

	'phones.title': 'Phones signed in as you',
	'phones.lead': 'Lost one? Sign it off: it can then neither read nor send as you.',
	'phones.this': 'This phone',
	'phones.other': 'Another phone',
	'phones.contact': 'Last contact: {time}',
	'phones.waiting': { one: '{count} was waiting on it', other: '{count} were waiting on it' },
	'phones.signOff': 'Sign off',
	'phones.signOffSure': 'Really sign it off',
	'phones.signedOff': 'Signed off: {time}',
	'phones.older': 'Older ones',
	'phones.loading': 'Asking which phones there are.',
	'phones.offline': 'The list of phones needs the network.',
	'phones.failed': 'That did not work just now. Try again in a moment.',

	'standing.revoked': 'This phone was signed off',
	'standing.revokedWhy':
		'Its data was taken off it. Anything not sent is kept sealed, and goes on when you sign in here again.',
	'standing.locked': 'Sign in again to go on',
	'standing.lockedWhy':
		'This phone has not spoken with the shop for so long that it shows nothing any more. What you did is kept.',
	'standing.outdated': 'This app is too old to read news',
	'standing.outdatedWhy': 'What you do is still sent. Update to see what is new.',
	'standing.signIn': 'Sign in again',
	'standing.update': 'Update the app',

	'storage.lostTitle': 'The storage of this phone was cleared',
	'storage.lost': {
		one: '{count} thing you had done here was not sent yet and is gone. Look at your list and do it again.',
		other:
			'{count} things you had done here were not sent yet and are gone. Look at your list and do them again.',
	},
	'storage.lostNone': 'Everything you had done here was sent. Nothing is lost.',
	'storage.lostUnknown':
		'What had been sent is safe. If you did something without network since, look whether it is there.',
	'storage.lostContact': 'Last contact with the shop: {time}.',
	'storage.full': 'This phone is nearly full: {mb} MB left. Make room, or new work cannot be kept.',
	'storage.fullUnknown': 'This phone is nearly full. Make room, or new work cannot be kept.',
	'storage.notKept':
		'This phone may clear the app’s storage when it runs short of room. Put the app on the home screen, and send often.',

	'news.title': 'News',
	'news.new': 'New',
	'news.several': { one: '{count} piece of news', other: '{count} pieces of news' },
	'news.forVisit': '{code} · {time}',
	'news.booking_confirmed': 'Booking confirmed',
	'news.booking_expired': 'Booking not confirmed in time; the time is free again',
	'news.job_assigned': 'A job for you',
	'news.job_taken': 'A mechanic has taken the job',
	'news.job_declined': 'The mechanic cannot do it; somebody else is looked for',
	'news.bike_received': 'The bike is at the shop',
	'news.job_started': 'Work has begun',
	'news.job_completed': 'The bike is ready to pick up',
	'news.report_needs_review': 'A report is kept; the shop looks at it',
	'news.other': 'Something has happened',
} as const;
