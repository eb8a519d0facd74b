import { ask } from './ask.ts';

const storedKey = 'moto-demo';

/** `yes`, `no`, or null: nobody has asked on this phone yet. */
let known = $state(localStorage.getItem(storedKey));

/** This server is a made-up town, as far as this phone knows; also offline. */
export const isKnownDemo = (): boolean => known === 'yes';

/** Asks whether it is: only a demo has a clock that can be read. No network changes nothing. */
export async function findDemo(): Promise<void> {
	const answer = await ask('/api/demo/clock');
	if (answer.kind === 'offline') return;
	known = answer.kind === 'ok' ? 'yes' : 'no';
	localStorage.setItem(storedKey, known);
}

/** The same, once on a phone: a demo says so on every page, however somebody got in. */
export async function findDemoOnce(): Promise<void> {
	if (known === null) await findDemo();
}
