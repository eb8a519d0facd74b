/* eslint-disable no-restricted-globals, no-restricted-syntax --
   The one file where the browser's cryptography enters the device. */

/** Only pages that came over a safe line have it; on others nothing can be sealed. */
export const canEncrypt = (): boolean => (crypto.subtle as SubtleCrypto | undefined) !== undefined;

export async function sha256(data: BufferSource): Promise<string> {
	const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
	return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A name that tells nothing of what it names to who does not know that already. */
export const hashed = (text: string): Promise<string> =>
	sha256(new TextEncoder().encode(`moto:${text}`));

export type Sealed = { readonly iv: Uint8Array<ArrayBuffer>; readonly data: ArrayBuffer };

/** `key`: 32 bytes as base64url. Whoever changes a bit of it, or where it belongs, cannot open it. */
export async function encrypt(
	key: string,
	data: Uint8Array<ArrayBuffer>,
	belongsTo: string,
): Promise<Sealed> {
	const iv = crypto.getRandomValues(new Uint8Array(12));
	const settings = { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(belongsTo) };
	return { iv, data: await crypto.subtle.encrypt(settings, await keyOf(key), data) };
}

export async function decrypt(
	key: string,
	{ iv, data }: Sealed,
	belongsTo: string,
): Promise<Uint8Array<ArrayBuffer>> {
	const settings = { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(belongsTo) };
	return new Uint8Array(await crypto.subtle.decrypt(settings, await keyOf(key), data));
}

function keyOf(key: string): Promise<CryptoKey> {
	const text = atob(key.replaceAll('-', '+').replaceAll('_', '/'));
	const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
	return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}
