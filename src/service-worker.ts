/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="webworker" />
import { build, files, version } from '$service-worker';
import { PrecacheController, PrecacheRoute } from 'workbox-precaching';
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
const shelf = new PrecacheController();
shelf.addToCacheList([
	...build.map((url) => ({ url, revision: null })),
	...files.filter(isKept).map((url) => ({ url, revision: version })),
	{ url: page, revision: version },
]);
registerRoute(new PrecacheRoute(shelf));

registerRoute(
	new NavigationRoute(shelf.createHandlerBoundToURL(page), { denylist: [/^\/api\//, /^\/docs/] }),
);

// An open page of an earlier version still finds its own files, which no server has any more.
registerRoute(
	({ url }) => url.pathname.startsWith('/_app/immutable/'),
	async ({ request }) => (await caches.match(request)) ?? fetch(request),
);

self.addEventListener('install', (event) => {
	event.waitUntil(shelf.install(event));
});

// Files of earlier versions go when nobody can want them: at a start with no page open, or later,
// when a page says that it has started and is the only one.
self.addEventListener('activate', (event) => {
	event.waitUntil(tidy(event, 0));
});

// A new version waits until the person says so (src/lib/pwa/register.svelte.ts): work on the screen
// must not lose the code under it.
self.addEventListener('message', (event) => {
	const { type } = event.data as { type?: string };
	if (type === 'SKIP_WAITING') void self.skipWaiting();
	if (type === 'STARTED') event.waitUntil(tidy(event, 1));
});

async function tidy(event: ExtendableEvent, pagesMax: number): Promise<void> {
	const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
	if (open.length <= pagesMax) await shelf.activate(event);
}
