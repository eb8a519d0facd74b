import type { pwaEn } from './pwa-en.ts';

export const pwaHi: Record<keyof typeof pwaEn, string> = {
	'install.title': 'ServiceHub को होम स्क्रीन पर रखें',
	'install.why': 'जल्दी खुलेगा, और जो अभी भेजा नहीं गया वह फ़ोन में सुरक्षित रहेगा।',
	'install.now': 'इंस्टॉल करें',
	'install.later': 'अभी नहीं',
	'install.share': 'ब्राउज़र में शेयर का निशान दबाएँ।',
	'install.add': '“Add to Home Screen” चुनें।',

	'demo.title': 'दो फ़ोन, एक शहर',
	'demo.story':
		'शुरू करें, मिस्त्री के फ़ोन का नेटवर्क बंद करें, “गाड़ी आ गई” और “काम शुरू” दबाएँ। फिर नेटवर्क चालू करें और ग्राहक का फ़ोन देखें।',
	'demo.begin': 'कहानी शुरू करें',
	'demo.beginning': 'बुकिंग हो रही है',
	'demo.failed': 'कहानी शुरू नहीं हुई। क्या सर्वर चल रहा है?',
	'demo.phoneA': 'पहला फ़ोन',
	'demo.phoneB': 'दूसरा फ़ोन',
	'demo.asWorker': 'मिस्त्री बनकर',
	'demo.asCustomer': 'ग्राहक बनकर',
	'demo.networkOn': 'नेटवर्क चालू',
	'demo.networkOff': 'नेटवर्क बंद',
};
