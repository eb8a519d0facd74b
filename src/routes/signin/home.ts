import { goto } from '$app/navigation';
import { resolve } from '$app/paths';
import { navigating, page } from '$app/state';

/** After signing in: who is it, then to where he wanted to go, or to his start page. */
export async function goHome(): Promise<void> {
	const { refreshSession } = await import('#lib/device/session/start.ts');
	await refreshSession();
	// The menu is there as soon as it is known who he is: a tap on it is not called back.
	if (page.route.id !== '/signin' || navigating.to !== null) return;
	const next = new URL(location.href).searchParams.get('next') ?? '';
	// Only a path of ours: a link must not be able to send people elsewhere after signing in.
	const target = /^\/(?![/\\])/.test(next) ? next : resolve('/');
	// eslint-disable-next-line svelte/no-navigation-without-resolve -- it came from a resolved page
	await goto(target, { replaceState: true });
}
