import { build } from './build.ts';
import { bundlesOf } from './bundles.ts';

/** What each page of a fresh build costs on a first visit (docs: the budgets of the screens). */
await build();
const { pages, precache } = bundlesOf();
const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1).padStart(8);

console.log(`${'page'.padEnd(20)} critical  lazy JS      CSS   (kB, gzip)`);
for (const { page, critical, lazy, css } of pages)
	console.log(`${page.padEnd(20)} ${kilobytes(critical)} ${kilobytes(lazy)} ${kilobytes(css)}`);
console.log(
	`kept on the phone for opening without network: ${kilobytes(precache).trim()} kB, brotli`,
);
