import { goto } from '$app/navigation';

type LaunchQueue = {
	setConsumer(consume: (launch: { readonly targetURL?: string }) => void): void;
};

/**
 * A tap on the icon shows the page that is open (manifest: `focus-existing`), with whatever is typed
 * in it. A shortcut, or a link that the app takes, leads to its page without starting anew.
 */
export function followLaunches(): void {
	const { launchQueue } = window as { launchQueue?: LaunchQueue };
	launchQueue?.setConsumer(({ targetURL }) => {
		if (targetURL === undefined) return;
		const { pathname, search } = new URL(targetURL);
		if (pathname === '/' || pathname + search === location.pathname + location.search) return;
		// eslint-disable-next-line svelte/no-navigation-without-resolve -- an address of the manifest
		void goto(pathname + search);
	});
}
