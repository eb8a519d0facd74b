import { readFileSync } from 'node:fs';
import path from 'node:path';

import { behindDoor, type DoorTown } from './door.ts';
import type { Town } from './town.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** A town behind a door of its own, where a next version of the app can be put up. */
export type ReleasingTown = DoorTown & {
	/** From now on the app is another one, without the file of Hindi that the old one has. */
	readonly release: () => void;
};

export async function releasing(town: Town): Promise<ReleasingTown> {
	const [english, hindi] = [fileOf('src/lib/words/en.ts'), fileOf('src/lib/words/hi.ts')];
	let isNext = false;
	const door = await behindDoor(town, ({ url }) => {
		if (isNext && url === hindi) return 'gone';
		if (!isNext || url !== '/service-worker.js') return null;
		return (text) => `${text.replaceAll(hindi, english)}\n// The next version.`;
	});
	return {
		...door,
		release: () => {
			isNext = true;
		},
	};
}

/** The address of a built file. */
function fileOf(source: string): string {
	const file = path.join(root, '.svelte-kit/output/client/.vite/manifest.json');
	const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { file: string }>;
	const found = manifest[source]?.file;
	if (found === undefined) throw new Error(`The build has no ${source}.`);
	return `/${found}`;
}
