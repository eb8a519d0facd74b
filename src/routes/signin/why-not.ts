import type { Failure } from '#lib/online/ask.ts';
import { t } from '#lib/words/words.svelte.ts';

/** Why signing in did not work, in words, and what to do. */
export function whyNot(failure: Failure): string {
	if (failure.kind === 'offline') return t('signin.offline');
	if (failure.status === 429) return t('why.too_many_attempts');
	return failure.status < 500 ? t('signin.codeWrong') : t('signin.failed');
}
