/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="webworker" />
import { build, files, version } from '$service-worker';
import { createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope;

/** The one page that every address shows; the server answers unknown addresses with it too. */
const page = '/index.html';

/** Read from the network where they are needed (sharing, installing), not on every phone. */
const isKept = (file: string) => !file.startsWith('/screens/') && !file.endsWith('.map');

/**
 * Everything the application is made of lies on the phone after the first visit, so that it opens
 * without network from any page. Built files carry a digest in their names and never change; the
 * rest is fetched anew with each version.
 */
precacheAndRoute([
	...build.map((url) => ({ url, revision: null })),
	...files.filter(isKept).map((url) => ({ url, revision: version })),
	{ url: page, revision: version },
]);

registerRoute(
	new NavigationRoute(createHandlerBoundToURL(page), { denylist: [/^\/api\//, /^\/docs/] }),
);

// A new version waits until the person says so (src/lib/pwa/register.svelte.ts): work on the screen
// must not lose the code under it.
self.addEventListener('message', (event) => {
	const { type } = event.data as { type?: string };
	if (type === 'SKIP_WAITING') void self.skipWaiting();
});
