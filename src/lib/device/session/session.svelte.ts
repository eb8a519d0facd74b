import { later, minuteMs, msOf } from '#sync/core/time.ts';
import { passedMs, wallNow } from '#lib/device/browser/browser-clock.ts';
import { contactNow, goneOn, isLocked, type Contact } from '#lib/device/browser/grace.ts';
import type { Me } from '#lib/device/browser/me.ts';
import { onThisPhone, sessionKey } from '#lib/device/browser/names.ts';
import {
	readPhone,
	writePhone,
	type Erase,
	type PhoneRow,
} from '#lib/device/browser/phone-database.ts';
import { report } from '#lib/device/browser/report.ts';

/**
 * `unknown`: never signed in here and the server has not answered yet. `locked`: too long without a
 * word from the server; everything is kept, nothing is shown, until it answers or he signs in again.
 */
export type SessionState = 'unknown' | 'signed_in' | 'signed_out' | 'locked';

const contactKey = onThisPhone('moto-contact');
const contactKeptMs = minuteMs;
const tickKeptMs = 10 * minuteMs;

let person = $state.raw<Me | null>(null);
let contact = $state.raw<Contact | null>(null);
let answered = $state(false);
/** The strings of a killed browser may name somebody who has left: nobody is shown before this. */
let certain = $state(false);
let revoked = $state(false);

/** Who uses this phone. Kept on it, so that the app opens without network as it was left. */
export const session = {
	/** Null also while the phone is locked: nobody's documents are shown then. */
	get me(): Me | null {
		return !certain || isShut() ? null : person;
	},
	get state(): SessionState {
		if (!certain) return 'unknown';
		if (person === null) return answered ? 'signed_out' : 'unknown';
		return isShut() ? 'locked' : 'signed_in';
	},
	/** Server minus phone in milliseconds, as last measured: known before the database is open. */
	get offsetMs(): number {
		return contact?.offsetMs ?? 0;
	},
	/** Who has to sign in again. */
	get locked(): Me | null {
		return certain && isShut() ? person : null;
	},
	/** This phone was signed off from another one: said until somebody signs in. */
	get isRevoked(): boolean {
		return revoked;
	},
};

const isShut = (): boolean =>
	person !== null && contact !== null && isLocked(contact, person.roles);

/** What the phone remembers, at once; nobody is shown until it is certain. */
export function recallSession(): void {
	person = remembered();
	contact = person && (stored(contactKey) as Contact | null);
	tick();
}

/** What it remembers for certain, a moment later: what a first screen waits for. */
export async function recallForCertain(): Promise<PhoneRow | null> {
	const row = await readPhone();
	if (row !== null) {
		if (JSON.stringify(row.me) !== JSON.stringify(person)) show(row.me);
		if (person && row.contact)
			contact = { ...(contact ?? row.contact), newest: later(row.contact.newest, newestKnown()) };
		tick();
	}
	certain = true;
	return row;
}

/** The same, and what follows from it. Answers who is to be erased, if that was cut off. */
export async function recallPhone(): Promise<Erase | null> {
	const row = await recallForCertain();
	if (row === null) {
		if (person) await writePhone({ me: person, contact });
		return null;
	}
	if (row.ending) (await import('#lib/device/browser/ending.ts')).remember();
	const { eraseStrangers } = await import('./strangers.ts');
	await eraseStrangers(row.me && onThisPhone(row.me.user.id));
	await keepContact(writePhone({ contact })); // Time that was seen is not unseen when the clock goes back.
	return row.erase;
}

const newestKnown = () => contact?.newest ?? '';

/** Told when another tab signed somebody in or out. */
export function watchSession(changed: () => void): void {
	window.addEventListener('storage', ({ key }) => {
		if (key !== sessionKey) return;
		[answered, certain] = [true, true]; // What another tab wrote is not lost: this browser lives.
		recallSession();
		changed();
	});
}

function remembered(): Me | null {
	const me = stored(sessionKey) as Partial<Me> | null;
	// It was parsed before it was kept, by this version or an older one: else the server is asked.
	return typeof me?.user?.id === 'string' && Array.isArray(me.roles) ? (me as Me) : null;
}

const stored = (key: string): unknown => JSON.parse(localStorage.getItem(key) ?? 'null');

/** This person uses the phone from now on, or nobody does. On the disk when it resolves. */
export async function keepSession(next: Me | null): Promise<void> {
	[answered, certain] = [true, true];
	if (next) {
		revoked = false;
		contact = contactNow(wallNow(), contact?.offsetMs ?? 0);
	}
	if (JSON.stringify(next) !== JSON.stringify(person)) show(next);
	const owner = next && onThisPhone(next.user.id);
	const written = writePhone(({ erase }) => ({
		...{ me: next, contact },
		erase: erase?.owner === owner ? null : erase, // He is back, and it is his.
	}));
	await keepContact(written);
}

/** His things are erased next, whatever happens to this browser meanwhile. */
export async function forgetSession(erase: Erase, why: 'left' | 'revoked'): Promise<void> {
	[answered, certain] = [true, true];
	revoked = why === 'revoked';
	show(null);
	await writePhone({ me: null, contact: null, erase });
}

/** The server has just answered, `offsetMs` after this phone's clock. */
export function contacted(offsetMs: number): void {
	const before = contact;
	contact = contactNow(wallNow(), offsetMs);
	const isRecent = before && Math.abs(msOf(contact.at) - msOf(before.at)) < contactKeptMs;
	if (!isRecent) void keepContact(writePhone({ contact })).catch(report);
}

let tickedMs = passedMs();
let keptMs = passedMs();

/** Time passes. Whether the server has not been heard of for more than an hour. */
export function tick(): boolean {
	const nowMs = passedMs();
	if (contact) contact = goneOn(contact, wallNow(), nowMs - tickedMs);
	tickedMs = nowMs;
	if (contact && nowMs - keptMs > tickKeptMs) {
		keptMs = nowMs;
		void keepContact(writePhone({ contact })).catch(report);
	}
	return contact !== null && msOf(contact.newest) - msOf(contact.at) > 60 * minuteMs;
}

function show(next: Me | null): void {
	person = next;
	if (next !== null) return localStorage.setItem(sessionKey, JSON.stringify(next));
	contact = null;
	for (const key of [sessionKey, contactKey]) localStorage.removeItem(key);
}

async function keepContact(written: Promise<void>): Promise<void> {
	if (contact === null) localStorage.removeItem(contactKey);
	else localStorage.setItem(contactKey, JSON.stringify(contact));
	await written;
}
