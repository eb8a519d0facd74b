import { aVisit, ticketOf } from './garage.ts';
import { enteredYesterday, type Phone } from './phone.ts';
import type { Town } from './town.ts';

/**
 * A customer has booked, and the mechanic who has the job looks at his page on a phone that he used
 * yesterday.
 */
export async function atWork(town: Town, phone: Phone, customerNumber: string) {
	const visit = await aVisit(town, customerNumber);
	await enteredYesterday(phone, visit.mechanic);
	const page = await phone.open('/worker/dashboard');
	return { ...visit, phone, page, ticket: ticketOf(page, visit.booking.code) };
}
