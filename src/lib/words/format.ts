import { localDay, msOf, type Instant } from '#sync/core/time.ts';
import { intlLocales } from './catalogue.ts';
import { currentLocale, t } from './words.svelte.ts';

/** Where the garages are; a shop's own zone is passed where it is known. */
const india = 'Asia/Kolkata';

/** `4:30 pm`; in Hindi with the part of the day before it, as people say it. */
export const clockTime = (instant: Instant, zone = india): string => {
	const partOfDay = currentLocale() === 'hi' ? ({ dayPeriod: 'short', hour12: true } as const) : {};
	return format({ hour: 'numeric', minute: '2-digit', ...partOfDay }, zone).format(msOf(instant));
};

/** `Mon, 23 Nov`. */
const shortDay = (instant: Instant, zone = india): string =>
	format({ weekday: 'short', day: 'numeric', month: 'short' }, zone).format(msOf(instant));

/** `Monday, 23 November`. */
export const longDay = (instant: Instant, zone = india): string =>
	format({ weekday: 'long', day: 'numeric', month: 'long' }, zone).format(msOf(instant));

/** `Today, 4:30 pm`, `Mon, 23 Nov, 4:30 pm`. */
export function dayAndTime(instant: Instant, now: Instant, zone = india): string {
	return `${dayName(instant, now, zone)}, ${clockTime(instant, zone)}`;
}

/** `Today`, `Tomorrow`, else `Mon, 23 Nov`. */
export function dayName(instant: Instant, now: Instant, zone = india): string {
	const days = daysBetween(localDay(zone, now), localDay(zone, instant));
	if (days === 0) return t('today');
	return days === 1 ? t('tomorrow') : shortDay(instant, zone);
}

/** `₹1,23,456` or `₹1,180.50`: lakh grouping, paise only where there are any. */
export function money(paise: number): string {
	const digits = paise % 100 === 0 ? 0 : 2;
	return new Intl.NumberFormat(intlLocales[currentLocale()], {
		style: 'currency',
		currency: 'INR',
		minimumFractionDigits: digits,
		maximumFractionDigits: digits,
	}).format(paise / 100);
}

/** `9:05`, minutes and seconds until something runs out; never below zero. */
export function countdown(ms: number): string {
	const seconds = Math.max(0, Math.ceil(ms / 1000));
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** `KA 51 AB 1234`: an Indian plate in the groups people read it in; others as they are. */
export const plateText = (plate: string): string =>
	plate.replace(/^([A-Z]{2})(\d{1,2})([A-Z]{0,3})(\d{1,4})$/, '$1 $2 $3 $4').replace(/ {2}/g, ' ');

const daysBetween = (from: string, until: string): number =>
	Math.round((Date.parse(until) - Date.parse(from)) / 86_400_000);

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format is slow on a cheap phone, and lists need many. */
function format(options: Intl.DateTimeFormatOptions, zone: string): Intl.DateTimeFormat {
	const locale = intlLocales[currentLocale()];
	const key = `${locale} ${zone} ${Object.entries(options).join()}`;
	const known = formats.get(key);
	if (known) return known;
	const made = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
	formats.set(key, made);
	return made;
}
