const storedKey = 'moto-demo';

/** `yes`, `no`, or null: no answer of the server has come to this browser yet. */
let known = $state(recalled());

/** This server is a made-up town, as far as this phone knows; also offline. */
export const isKnownDemo = (): boolean => known === 'yes';
/** This server is not. */
export const isKnownNoDemo = (): boolean => known === 'no';

/**
 * Every answer of our server says what it is, in a header: asking for something that only a demo has
 * would be an error in everybody's console. Other answers (a wall of a hotel's network) say nothing.
 */
export function hearMode(mode: string | null): void {
	if (mode === null) return;
	const heard = mode === 'demo' ? 'yes' : 'no';
	if (heard === known) return;
	known = heard;
	localStorage.setItem(storedKey, heard);
}

function recalled(): string | null {
	return localStorage.getItem(storedKey);
}
