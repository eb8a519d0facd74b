import type { LaterWords } from './catalogue.ts';
import type { phoneEn } from './phone-en.ts';

export const phoneHi: Pick<LaterWords, keyof typeof phoneEn> = {
	'leave.title': 'सब कुछ भेजा नहीं गया है',
	'leave.lead': {
		one: 'आपका किया {count} काम सिर्फ़ इस फ़ोन में है; साइन-आउट करने पर वह यहीं छूट जाएगा।',
		other: 'आपके किए {count} काम सिर्फ़ इस फ़ोन में हैं; साइन-आउट करने पर वे यहीं छूट जाएँगे।',
	},
	'leave.send': 'अभी भेजें, फिर साइन-आउट',
	'leave.sending': 'भेज रहे हैं: {all} में से {sent} गए',
	'leave.notAll': {
		one: '{count} नहीं जा सका। आप अब भी साइन-इन हैं; नेटवर्क में फिर कोशिश करें।',
		other: '{count} नहीं जा सके। आप अब भी साइन-इन हैं; नेटवर्क में फिर कोशिश करें।',
	},
	'leave.seal': 'ताला लगाकर इसी फ़ोन में रखें',
	'leave.sealWhy': 'यह यहीं बंद रहेगा। कोई और न पढ़ सकता है, न भेज सकता है। यहाँ फिर साइन-इन करें, आगे बढ़ेगा।',
	'leave.discard': 'मिटा दें',
	'leave.discardWhy': 'यह दुकान तक कभी नहीं पहुँचेगा, और वापस नहीं आएगा।',
	'leave.discardWord': 'मिटाएँ',
	'leave.discardType': 'मिटाने के लिए {word} लिखें',
	'leave.failed': 'साइन-आउट नहीं हो पाया। आप अब भी साइन-इन हैं; कुछ खोया नहीं है।',

	'phones.title': 'आपके नाम से खुले फ़ोन',
	'phones.lead': 'फ़ोन खो गया? उसे साइन-आउट करें: फिर वह आपके नाम से न कुछ देख सकेगा, न भेज सकेगा।',
	'phones.this': 'यह फ़ोन',
	'phones.other': 'दूसरा फ़ोन',
	'phones.contact': 'आख़िरी बार: {time}',
	'phones.waiting': { one: '{count} काम उसमें रुका था', other: '{count} काम उसमें रुके थे' },
	'phones.signOff': 'साइन-आउट करें',
	'phones.signOffSure': 'हाँ, साइन-आउट करें',
	'phones.signedOff': 'साइन-आउट हुआ: {time}',
	'phones.older': 'पुराने फ़ोन दिखाएँ',
	'phones.loading': 'फ़ोनों की सूची पूछी जा रही है।',
	'phones.offline': 'फ़ोनों की सूची के लिए नेटवर्क चाहिए।',
	'phones.failed': 'अभी नहीं हो पाया। थोड़ी देर में फिर कोशिश करें।',

	'standing.revoked': 'यह फ़ोन साइन-आउट कर दिया गया',
	'standing.revokedWhy':
		'इससे सब हटा दिया गया। अगर कुछ भेजना बाकी था, तो वह ताले में है; यहाँ फिर साइन-इन करें तो आगे बढ़ेगा।',
	'standing.locked': 'आगे बढ़ने के लिए फिर साइन-इन करें',
	'standing.lockedWhy':
		'इस फ़ोन ने बहुत दिनों से दुकान से बात नहीं की, इसलिए अब कुछ नहीं दिखाता। आपने जो किया, वह सुरक्षित है।',
	'standing.outdated': 'यह ऐप बहुत पुराना है, नई ख़बर नहीं पढ़ सकता',
	'standing.outdatedWhy': 'आप जो करें, वह अब भी जाएगा। नया देखने के लिए अपडेट करें।',
	'standing.signIn': 'फिर साइन-इन करें',
	'standing.update': 'ऐप अपडेट करें',

	'storage.lostTitle': 'इस फ़ोन की याददाश्त मिट गई थी',
	'storage.lost': {
		one: 'आपका किया {count} काम भेजा नहीं गया था और मिट गया। अपनी सूची देखें और फिर से करें।',
		other: 'आपके किए {count} काम भेजे नहीं गए थे और मिट गए। अपनी सूची देखें और फिर से करें।',
	},
	'storage.lostNone': 'आपने यहाँ जो किया था, सब भेजा जा चुका था। कुछ खोया नहीं है।',
	'storage.lostUnknown':
		'जो भेजा गया था, वह सुरक्षित है। उसके बाद बिना नेटवर्क कुछ किया हो, तो देख लें कि वह है या नहीं।',
	'storage.lostContact': 'दुकान से आख़िरी बात: {time}।',
	'storage.full': 'फ़ोन लगभग भर गया है: {mb} MB बचा है। जगह बनाएँ, वरना नया काम रखा नहीं जा सकेगा।',
	'storage.fullUnknown': 'फ़ोन लगभग भर गया है। जगह बनाएँ, वरना नया काम रखा नहीं जा सकेगा।',
	'storage.notKept':
		'जगह कम पड़ी तो यह फ़ोन ऐप की चीज़ें मिटा सकता है। ऐप को होम स्क्रीन पर रखें, और बीच-बीच में भेजते रहें।',

	'news.title': 'ख़बरें',
	'news.new': 'नई',
	'news.several': { one: '{count} ख़बर', other: '{count} ख़बरें' },
	'news.forVisit': '{code} · {time}',
	'news.booking_confirmed': 'बुकिंग पक्की हो गई',
	'news.booking_expired': 'बुकिंग समय पर पक्की नहीं हुई; समय फिर ख़ाली है',
	'news.job_assigned': 'आपके लिए काम आया है',
	'news.job_taken': 'मिस्त्री ने काम ले लिया',
	'news.job_declined': 'मिस्त्री नहीं कर पाएँगे; किसी और को देख रहे हैं',
	'news.bike_received': 'गाड़ी दुकान पर है',
	'news.job_started': 'काम शुरू हो गया',
	'news.job_completed': 'गाड़ी तैयार है, ले जाएँ',
	'news.report_needs_review': 'ख़बर रख ली है; दुकान देखेगी',
	'news.other': 'कुछ हुआ है',
};
