import type { Instant } from '#sync/core/time.ts';

type Text = {
	readonly to: string;
	/** Which text it is, for providers that know texts by name. */
	readonly template: 'sign_in_code';
	readonly text: string;
};

/** Whoever delivers text messages. Throws when it cannot: the caller says so to the person who waits. */
export type Sms = { readonly send: (message: Text) => Promise<void> };

export type Sent = Text & { readonly channel: 'sms'; readonly at: Instant };

/** A provider that delivers nothing but remembers the newest: for the demo and tests. */
export type Outbox = Sms & { readonly sentTo: (phone: string) => readonly Sent[]; clear(): void };

const rememberedMax = 1_000;

export function memoryOutbox(now: () => Instant): Outbox {
	const messages: Sent[] = [];
	return {
		send: (message) => {
			messages.push({ channel: 'sms', ...message, at: now() });
			if (messages.length > rememberedMax) messages.shift();
			return Promise.resolve();
		},
		sentTo: (phone) => messages.filter((each) => each.to === phone),
		clear: () => void messages.splice(0),
	};
}
