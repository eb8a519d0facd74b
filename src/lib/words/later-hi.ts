import type { LaterWords } from './catalogue.ts';
import { fateHi } from './fate-hi.ts';
import { phoneHi } from './phone-hi.ts';
import { pwaHi } from './pwa-hi.ts';
import { refusalsHi } from './refusals-hi.ts';

/** What no first screen says, in Hindi. */
export const laterHi: LaterWords = {
	signOut: 'साइन-आउट',
	signedInAs: '{name} के नाम से खुला है',
	close: 'बंद करें',
	back: 'पीछे',
	dismiss: 'समझ गया',
	updateReady: 'नया रूप तैयार है।',
	updateNow: 'अभी अपडेट करें',
	updateWaits: 'सब कुछ भेज देने के बाद शुरू हो सकता है।',
	'book.plate': 'नंबर प्लेट',
	'book.plateHint': 'जैसा प्लेट पर है, जैसे KA51AB1234',
	'book.plateWrong': 'प्लेट में सिर्फ़ अंग्रेज़ी अक्षर और अंक होते हैं, 4 से 11।',
	'book.make': 'कंपनी (चाहें तो)',
	'book.model': 'मॉडल (चाहें तो)',
	'book.class': 'किस तरह की गाड़ी',
	'book.add': 'जोड़ें',

	'class.scooter': 'स्कूटर',
	'class.commuter': 'आम बाइक',
	'class.sport': 'स्पोर्ट बाइक',
	'class.cruiser': 'क्रूज़र',
	'class.ev': 'इलेक्ट्रिक',
	'jobs.declineTitle': 'क्यों नहीं?',
	'jobs.declineLead': 'दुकान किसी और को ढूँढ लेगी। आपका कुछ नहीं कटेगा।',
	'jobs.reason.busy': 'काम बहुत है',
	'jobs.reason.skill': 'यह मेरा काम नहीं',
	'jobs.reason.away': 'मैं दुकान पर नहीं हूँ',
	'jobs.reason.other': 'कोई और वजह',
	'jobs.send': 'भेजें',

	...fateHi,
	...phoneHi,
	...pwaHi,
	...refusalsHi,
};
