import { useBearer } from '#lib/device/browser/credentials.ts';
import { isOneOfTwo } from '#lib/device/browser/names.ts';
import { tell, type Answer } from './ask.ts';

export const codeLength = 6;
/** So long a number gets no second code. */
export const resendSeconds = 30;

export const demoCode = '000000';
/** The first of each cast in the demo's town. */
const demoPhones = {
	admin: '+919000000001',
	owner: '+919000000011',
	worker: '+919000000021',
	customer: '+919000000101',
} as const;
export type DemoRole = keyof typeof demoPhones;
export const demoRoles = ['customer', 'worker', 'owner', 'admin'] as const satisfies DemoRole[];

/** `98450 12345`, `098450-12345` or `+91 98450 12345` as `+919845012345`; null if it is none. */
export function indianMobile(typed: string): string | null {
	const digits = typed.replace(/\D/g, '').replace(/^(?:0|91(?=\d{10}$))/, '');
	return /^[6-9]\d{9}$/.test(digits) ? `+91${digits}` : null;
}

export const sendCode = (phoneNumber: string): Promise<Answer<unknown>> =>
	tell('/api/auth/phone-number/send-otp', { phoneNumber });

/** Normally the answer's cookie says from then on who asks. */
export async function enter(phoneNumber: string, code: string): Promise<Answer<unknown>> {
	const path = '/api/auth/phone-number/verify';
	const answer = await tell<{ token: string }>(path, { phoneNumber, code });
	if (answer.kind === 'ok' && isOneOfTwo) useBearer(answer.body.token);
	return answer;
}

export const enterAs = (role: DemoRole): Promise<Answer<unknown>> =>
	enter(demoPhones[role], demoCode);
