import process from 'node:process';

import adapter from '@sveltejs/adapter-static';

/**
 * The build's own name, the same for the same sources: `scripts/build.ts` passes a digest of them.
 * A bare `vite build` gets Kit's default (the time), so that installed phones still see a change.
 */
const version = process.env.BUILD_VERSION;

/** @type {import('@sveltejs/kit').Config} */
const config = {
	compilerOptions: { runes: true },
	kit: {
		// One page for every path: what a person sees is decided on the device, from its own data.
		adapter: adapter({ pages: 'build', fallback: 'index.html', precompress: true }),
		// The application registers it itself, to ask before it replaces a running version.
		serviceWorker: { register: false },
		...(version ? { version: { name: version } } : {}),
		// No `csp` here. A <meta> cannot carry `frame-ancestors`, so the server sends the policy as a
		// header, with the hashes of the inline scripts that it finds in build/index.html.
	},
};

export default config;
