import process from 'node:process';

import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

const server = `http://127.0.0.1:${process.env.PORT ?? '3000'}`;

export default defineConfig({
	plugins: [sveltekit()],
	server: {
		port: 5173,
		strictPort: true,
		proxy: { '/api': server, '/docs': server },
		watch: { ignored: ['**/data/**', '**/server/**', '**/tests/**'] },
	},
	preview: { proxy: { '/api': server, '/docs': server } },
});
