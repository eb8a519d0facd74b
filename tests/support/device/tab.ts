import { vi } from 'vitest';

/** What a tab shares with the other tabs of its browser, and what is its own. */
export type Tab = {
	readonly local: Map<string, string>;
	readonly session: Map<string, string>;
	readonly cookies: Map<string, string>;
	readonly window: EventTarget;
	/** It is closed, and opened again: what listened to its window hears nothing any more. */
	readonly reopen: () => void;
	/** Everything that it wrote outside of databases, as one text. */
	readonly written: () => string;
};

/** The parts of a browser that Node has not. What was uncaught there lands in `reported`. */
export function aTab(reported: unknown[] = []): Tab {
	const [local, session, cookies] = [aMap(), aMap(), aMap()];
	let window = new EventTarget();
	const reopen = () => {
		window = new EventTarget();
		vi.stubGlobal('window', window);
	};
	vi.stubGlobal('localStorage', area(local));
	vi.stubGlobal('sessionStorage', area(session));
	reopen();
	vi.stubGlobal('location', new URL('http://localhost/'));
	vi.stubGlobal('document', page(cookies));
	vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
	const written = () => JSON.stringify([local, session, cookies].map((each) => [...each]));
	return {
		...{ local, session, cookies, reopen, written },
		get window() {
			return window;
		},
	};
}

const aMap = () => new Map<string, string>();

const area = (kept: Map<string, string>) => ({
	get length() {
		return kept.size;
	},
	key: (at: number) => [...kept.keys()][at] ?? null,
	getItem: (key: string) => kept.get(key) ?? null,
	setItem: (key: string, value: string) => void kept.set(key, value),
	removeItem: (key: string) => void kept.delete(key),
});

/** A visible page with a jar of cookies, as far as a page can read and write them. */
const page = (cookies: Map<string, string>) =>
	Object.assign(
		Object.defineProperty(new EventTarget(), 'cookie', {
			get: () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
			set: (text: string) => {
				const [pair = '', ...attributes] = text.split('; ');
				const [name = '', value = ''] = pair.split('=');
				if (attributes.includes('Max-Age=0')) cookies.delete(name);
				else cookies.set(name, value);
			},
		}),
		{ visibilityState: 'visible' },
	);
