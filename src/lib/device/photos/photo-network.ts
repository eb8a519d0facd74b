/* eslint-disable no-restricted-globals -- the one place that asks what network this is. */
import { onThisPhone } from '#lib/device/browser/names.ts';

const wifiOnlyKey = onThisPhone('moto-photos-wifi-only');

/** Photos wait for Wi-Fi; everything else is small and goes by any network. */
export const isWifiOnly = (): boolean => localStorage.getItem(wifiOnlyKey) !== null;

export function setWifiOnly(on: boolean): void {
	if (on) localStorage.setItem(wifiOnlyKey, 'yes');
	else localStorage.removeItem(wifiOnlyKey);
}

type Network = { readonly type?: string; readonly saveData?: boolean };

/** Only Chromium on Android knows; where nobody knows, the network counts as any other. */
export function mayUploadHere(): boolean {
	if (!isWifiOnly()) return true;
	const { connection } = navigator as { connection?: Network };
	return connection?.type !== 'cellular' && connection?.saveData !== true;
}
