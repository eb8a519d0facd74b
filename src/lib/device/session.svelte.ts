import { http } from './browser-ports.ts';
import { meAnswer, type Me } from './me.ts';

/** `unknown`: never signed in here and the server has not answered yet. */
export type SessionState = 'unknown' | 'signed_in' | 'signed_out';

const storedKey = 'moto-me';

let me = $state.raw<Me | null>(null);
let answered = $state(false);

/** Who uses this phone. Kept on it, so that the app opens without network as it was left. */
export const session = {
	get me(): Me | null {
		return me;
	},
	get state(): SessionState {
		if (me !== null) return 'signed_in';
		return answered ? 'signed_out' : 'unknown';
	},
};

/** What the phone remembers, at once. */
export function recallSession(): void {
	me = remembered();
}

/** Told when another tab signed somebody in or out. */
export function watchSession(changed: () => void): void {
	window.addEventListener('storage', ({ key }) => {
		if (key !== storedKey) return;
		answered = true;
		recallSession();
		changed();
	});
}

function remembered(): Me | null {
	const stored = localStorage.getItem(storedKey);
	if (stored === null) return null;
	const parsed = meAnswer.safeParse(JSON.parse(stored));
	return parsed.success ? parsed.data : null; // Else an older version wrote it: ask the server.
}

/**
 * Asks the server. Only its clear "nobody" signs out; no network, or a server that is unwell, leaves
 * the person signed in with the roles last known.
 */
export async function askSession(): Promise<void> {
	const response = await http('/api/me').catch(() => null);
	if (response === null) return;
	if (response.status === 401) keep(null);
	if (!response.ok) return;
	const parsed = meAnswer.safeParse(await response.json().catch(() => null));
	if (parsed.success) keep(parsed.data);
}

/** Nobody is signed in on this phone from now on. */
export const forgetSession = (): void => keep(null);

function keep(next: Me | null): void {
	answered = true;
	if (JSON.stringify(next) === JSON.stringify(me)) return;
	me = next;
	if (next === null) localStorage.removeItem(storedKey);
	else localStorage.setItem(storedKey, JSON.stringify(next));
}
