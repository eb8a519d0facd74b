/** Putting the app on the phone, and the demo's two phones. */
export const pwaEn = {
	'install.title': 'Put ServiceHub on your home screen',
	'install.why': 'It opens faster, and the phone keeps what is not sent yet.',
	'install.now': 'Install',
	'install.later': 'Not now',
	'install.share': 'Tap the share sign of the browser.',
	'install.add': 'Choose “Add to Home Screen”.',

	'demo.title': 'Two phones, one town',
	'demo.story':
		'Begin, switch off the mechanic’s network, tap “Bike received” and “Start”. Switch it on again and watch the customer’s phone.',
	'demo.begin': 'Begin the story',
	'demo.beginning': 'Booking a visit',
	'demo.failed': 'The story could not begin. Is the server running?',
	'demo.phoneA': 'First phone',
	'demo.phoneB': 'Second phone',
	'demo.asWorker': 'As mechanic',
	'demo.asCustomer': 'As customer',
	'demo.networkOn': 'Network on',
	'demo.networkOff': 'Network off',
} as const;
