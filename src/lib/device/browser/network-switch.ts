import { isOneOfTwo, onPhone, onThisPhone, type Letter } from './names.ts';

/**
 * The switch beside each of two phones (`/demo`): off, nothing of that phone leaves it, and what is
 * under way is torn, as in a basement. Its pages still open, for those lie on the phone.
 */
const key = 'moto-network';
const off = 'off';

export const isNetworkOff = (phone: Letter): boolean =>
	sessionStorage.getItem(onPhone(phone, key)) === off;

/** Pressed on the page around the phone, which hears of it because they share the tab's storage. */
export function switchNetwork(phone: Letter, on: boolean): void {
	if (on) sessionStorage.removeItem(onPhone(phone, key));
	else sessionStorage.setItem(onPhone(phone, key), off);
}

let cut = new AbortController();
if (isOneOfTwo) followSwitch();

/** The signal for a request of this phone: it also ends when the network is switched off. */
export const whileConnected = (signal: AbortSignal): AbortSignal =>
	isOneOfTwo ? AbortSignal.any([signal, cut.signal]) : signal;

function followSwitch(): void {
	const follow = () => {
		const isOff = sessionStorage.getItem(onThisPhone(key)) === off;
		if (isOff === cut.signal.aborted) return;
		if (isOff) return cut.abort();
		cut = new AbortController();
		window.dispatchEvent(new Event('online'));
	};
	window.addEventListener('storage', follow);
	follow();
}
