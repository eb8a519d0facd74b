import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Where a number without a country belongs, and the only country we send codes to: each costs money. */
const country = 'IN';

/** A mobile number as it is stored, `+919000000001`, however it was typed; null if it is none. */
export function mobileOf(typed: string): string | null {
	const number = parsePhoneNumberFromString(typed, country);
	if (!number?.isValid() || number.country !== country) return null;
	const type = number.getType();
	return type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE' ? number.number : null;
}
