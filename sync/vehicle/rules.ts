import { refuseUnless, Rejection } from '../core/rejection.ts';
import type { Vehicle } from './entity.ts';

export type Plate = Pick<Vehicle, 'registrationNumber' | 'registrationKey'>;

/** State codes on plates. The short code of a state that was renamed leads to the one of today. */
const statesOfToday: Readonly<Record<string, string>> = {
	...Object.fromEntries(
		(
			'AN AP AR AS BR CG CH DD DL GA GJ HP HR JH JK KA KL LA LD MH ' +
			'ML MN MP MZ NL OD PB PY RJ SK TG TN TR UK UP WB'
		)
			.split(' ')
			.map((code) => [code, code]),
	),
	OR: 'OD',
	TS: 'TG',
	UA: 'UK',
	DN: 'DD',
};

/** I and O are never issued in a series: they are read as 1 and 0 on the road. */
const series = '[A-HJ-NP-Z]';
const standard = new RegExp(`^([A-Z]{2})(\\d{1,2})(${series}{0,3})(\\d{1,4})$`);
const bharat = new RegExp(`^(\\d{2})BH(\\d{4})(${series}{1,2})$`);
const vintage = new RegExp(`^([A-Z]{2})VA(${series}{2})(\\d{1,4})$`);
/** Defence, diplomatic, and the three letters of before 1989: kept as they are. */
const others = [/^\d{2}[A-Z]\d{5,6}[A-Z]$/, /^\d{1,3}(?:CD|CC|UN)\d{1,4}$/, /^[A-Z]{3}\d{1,4}$/];

/**
 * A number plate as somebody typed it: the number as issued, in capitals without blanks, and the key
 * that is the same for every way of writing it. Zeros in front are not on every plate and in every
 * register, and a renamed state leaves its old plates on the road: `OR 2 AB 34` is `OD02AB0034`.
 */
export function readPlate(typed: string): Plate {
	const registrationNumber = typed.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
	const registrationKey =
		standardKey(registrationNumber) ??
		vintageKey(registrationNumber) ??
		unchangedKey(registrationNumber);
	if (registrationKey === null) throw new Rejection('plate_unreadable');
	return { registrationNumber, registrationKey };
}

/** A plate is on one living bike; a bike that was given up frees it for its next owner. */
export function refuseUnlessFree(sameKey: readonly Pick<Vehicle, 'retiredAt'>[]): void {
	refuseUnless(
		sameKey.every((each) => each.retiredAt !== null),
		'plate_taken',
	);
}

/** Fixed widths, so that the key falls apart into the same parts again. */
function standardKey(plate: string): string | null {
	const [, state = '', district = '', letters = '', number = ''] = standard.exec(plate) ?? [];
	const today = stateOfToday(state);
	if (today === null || Number(number) === 0) return null;
	return today + district.padStart(2, '0') + letters + number.padStart(4, '0');
}

function vintageKey(plate: string): string | null {
	const [, state = '', letters = '', number = ''] = vintage.exec(plate) ?? [];
	const today = stateOfToday(state);
	return today === null ? null : `${today}VA${letters}${number.padStart(4, '0')}`;
}

const unchangedKey = (plate: string): string | null =>
	[bharat, ...others].some((form) => form.test(plate)) ? plate : null;

const stateOfToday = (code: string): string | null =>
	Object.hasOwn(statesOfToday, code) ? (statesOfToday[code] ?? null) : null;
