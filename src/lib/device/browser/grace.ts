import type { Role } from '#sync/core/actor.ts';
import { addMs, dayMs, later, msOf, type Instant } from '#sync/core/time.ts';

/**
 * When the server last answered this phone, and what is known of the time since. Everything here is
 * the server's time as the phone knows it.
 */
export type Contact = {
	readonly at: Instant;
	/** The newest time ever seen: a clock that is set back does not bring back time. */
	readonly newest: Instant;
	/** Server minus phone in milliseconds, as last measured. */
	readonly offsetMs: number;
};

/** So long a phone may show a person's documents without a word from the server. */
const graceDays: Readonly<Partial<Record<Role, number>>> = { worker: 7, customer: 30 };
/** An owner sees the most: his is the shortest, and an admin's is no longer. */
const graceDaysMin = 3;

export const contactNow = (wall: Instant, offsetMs: number): Contact => {
	const now = addMs(wall, offsetMs);
	return { at: now, newest: now, offsetMs };
};

/**
 * Time goes on by the phone's clock, or by what has passed in this tab where that clock was set back:
 * whoever turns it back every day gains nothing while he uses the app.
 */
export const goneOn = (contact: Contact, wall: Instant, passedMs: number): Contact => ({
	...contact,
	newest: later(addMs(wall, contact.offsetMs), addMs(contact.newest, passedMs)),
});

/** Who has several roles is bound by the shortest grace of them. */
export function isLocked(contact: Contact, roles: readonly { readonly role: Role }[]): boolean {
	const days = Math.min(30, ...roles.map(({ role }) => graceDays[role] ?? graceDaysMin));
	return msOf(contact.newest) - msOf(contact.at) > days * dayMs;
}
