import type { SyncRequest } from '#sync/protocol/sync.ts';
import type { Me } from '#lib/device/browser/me.ts';
import { SendFailure } from '#lib/device/sync/ports.ts';
import { customerIdOf } from '#tests/support/builders.ts';
import { asha, id } from '#tests/support/cast.ts';
import { Authority } from './authority.ts';
import { aBike, bikeKey } from './phone.ts';

export const ashaSignedIn: Me = {
	user: { id: id('user', 11), name: 'Asha', phone: '+919000000101', locale: 'en' },
	roles: [{ role: 'customer', customerId: customerIdOf(asha) }],
};

/** The server behind `fetch`, as small as the phone's half needs it. */
export class PhoneServer {
	readonly authority = new Authority();
	/** Whose session the browser's cookie is; null: nobody's. */
	signedIn: Me | null = ashaSignedIn;
	unreachable = false;
	readonly revoked = new Set<string>();
	/** Devices that have synced, and the key of the sealed box of each. */
	readonly keys = new Map<string, string>();
	/** Paths in the order asked. */
	readonly asked: { readonly path: string; readonly headers: HeadersInit }[] = [];

	#streams: ReadableStreamDefaultController[] = [];

	constructor() {
		this.authority.actor = asha;
		this.authority.put(bikeKey, aBike({ customerId: customerIdOf(asha) }));
	}

	readonly fetch = async (path: string, init: RequestInit = {}): Promise<Response> => {
		if (this.unreachable) throw new TypeError('fetch failed');
		this.asked.push({ path, headers: init.headers ?? {} });
		const device = /^\/api\/devices\/([^/]+)\/standing$/.exec(path)?.[1];
		if (device !== undefined) return Response.json({ revoked: this.revoked.has(device) });
		if (path === '/api/auth/phone-number/verify') {
			this.signedIn = ashaSignedIn;
			return Response.json({ success: true });
		}
		if (this.signedIn === null) return problem(401, 'not_signed_in');
		if (path === '/api/auth/sign-out') {
			this.signedIn = null;
			return Response.json({ success: true });
		}
		if (path === '/api/me') return Response.json(this.signedIn);
		if (path === '/api/sync/live') return this.#listen(init.signal);
		return path.startsWith('/api/devices') ? this.#devices(path) : this.#sync(init);
	};

	/** Signs a phone off: its session ends, and so does what it listens to. */
	signOff(deviceId: string): void {
		this.revoked.add(deviceId);
		this.signedIn = null;
		for (const stream of this.#streams.splice(0)) stream.close();
	}

	#listen(signal: RequestInit['signal']): Response {
		const start = (stream: ReadableStreamDefaultController) => {
			this.#streams.push(stream);
			signal?.addEventListener('abort', () => {
				this.#streams = this.#streams.filter((each) => each !== stream);
				stream.error(signal.reason);
			});
		};
		return new Response(new ReadableStream({ start }));
	}

	#devices(path: string): Response {
		const asked = /^\/api\/devices\/([^/]+)\/seal-key$/.exec(path)?.[1];
		if (asked === undefined) {
			const devices = [...this.keys.keys()].map((each) => ({
				...{ id: each, build: 'test', lastContact: null, pending: 0, current: true },
				revokedAt: this.revoked.has(each) ? this.authority.now : null,
			}));
			return Response.json({ devices });
		}
		const key = this.keys.get(asked);
		return key === undefined ? problem(404, 'not_found') : Response.json({ key });
	}

	async #sync(init: RequestInit): Promise<Response> {
		const request = JSON.parse(init.body as string) as SyncRequest;
		const { id: deviceId } = request.device;
		if (this.revoked.has(deviceId)) return problem(403, 'device_revoked');
		const answer = await this.authority.send(request).catch((error: unknown) => {
			if (error instanceof SendFailure) throw new TypeError('fetch failed');
			throw error;
		});
		if (!this.keys.has(deviceId)) this.keys.set(deviceId, aKey(this.keys.size));
		return Response.json(answer);
	}
}

const aKey = (n: number): string => Buffer.alloc(32, n + 1).toString('base64url');

const problem = (status: number, code: string): Response =>
	new Response(JSON.stringify({ code }), {
		status,
		headers: { 'content-type': 'application/problem+json' },
	});
