import type { ImageType } from '#sync/protocol/blob.ts';
import { assert } from '#sync/core/rejection.ts';
import { instantOf } from '#sync/core/time.ts';
import type { Connection, Sql, Transaction } from './connection.ts';
import { imageHeadBytes, imageTypeOf } from './image-type.ts';

/** Whose photo, by which digest. */
type BlobKey = { readonly userId: string; readonly sha256: string };

/** Bytes of a photo as they came. */
export type BlobPart = {
	/** Where they belong; null: they are the whole photo, or its beginning if it was cut off. */
	readonly from: number | null;
	readonly bytes: Uint8Array;
	/** Whether the photo ends with them. */
	readonly last: boolean;
};

type Arrived = { readonly offset: number; readonly complete: boolean };
type Taken =
	| (Arrived & { readonly kind: 'taken' | 'known' })
	| { readonly kind: 'wrong_offset'; readonly offset: number }
	| { readonly kind: 'hash_mismatch' | 'not_image' };

export type Blobs = {
	/** How much of it has arrived from this person. */
	readonly arrived: (key: BlobKey) => Promise<Arrived>;
	/** Adds a part. The last one is kept only if the whole is a photo with that digest. */
	readonly take: (key: BlobKey, part: BlobPart) => Promise<Taken>;
	/** A whole photo; null while there is none. */
	readonly read: (
		key: BlobKey,
	) => Promise<{ type: ImageType; bytes: Uint8Array<ArrayBuffer> } | null>;
	/** Forgets what was begun and not gone on with. */
	readonly sweep: () => Promise<void>;
};

const unfinishedDaysMax = 7;
const dayMs = 86_400_000;

/**
 * Photos in the database. Parts come in order, each where the last one ended, under the lock of the
 * photo's row: two tabs that send the same photo do not mix, the second hears where to go on.
 */
export function blobsOn(connection: Connection, wall: () => number): Blobs {
	return {
		async arrived(key) {
			const [row] = await connection.query<Arrived>(
				`select completed_at is not null as complete, ${arrivedSql} as "offset"
				from blob where user_id = $1 and sha256 = $2`,
				keyParams(key),
			);
			return row ?? { offset: 0, complete: false };
		},
		take: (key, part) => connection.transaction((tx) => takePart(tx, key, part, instantOf(wall()))),
		async read(key) {
			const [row] = await connection.query<{ type: ImageType; bytes: Uint8Array<ArrayBuffer> }>(
				`select media_type as type, ${bytesSql} as bytes from blob
				where user_id = $1 and sha256 = $2 and completed_at is not null`,
				keyParams(key),
			);
			return row ?? null;
		},
		async sweep() {
			await connection.query('delete from blob where completed_at is null and last_part_at < $1', [
				instantOf(wall() - unfinishedDaysMax * dayMs),
			]);
		},
	};
}

const partsOfBlob =
	'from blob_part where blob_part.user_id = blob.user_id and blob_part.sha256 = blob.sha256';
const arrivedSql = `(select coalesce(sum(octet_length(bytes)), 0)::int ${partsOfBlob})`;
const bytesSql = `(select string_agg(bytes, ''::bytea order by first_byte) ${partsOfBlob})`;

async function takePart(
	tx: Transaction,
	key: BlobKey,
	part: BlobPart,
	now: string,
): Promise<Taken> {
	const [blob] = await tx.query<{ complete: boolean }>(
		`insert into blob (user_id, sha256, last_part_at) values ($1, $2, $3)
		on conflict (user_id, sha256) do update set last_part_at = excluded.last_part_at
		returning completed_at is not null as complete`,
		[...keyParams(key), now],
	);
	const arrived = await arrivedOf(tx, key);
	if (blob?.complete) return { kind: 'known', offset: arrived, complete: true };
	const { from, bytes, last } = part;
	const start = from ?? 0;
	if (from === null ? !last && bytes.length <= arrived : bytes.length === 0)
		// A beginning that is shorter than what is here already brings nothing.
		return { kind: 'taken', offset: arrived, complete: false };
	if (from === null) await forgetParts(tx, key);
	else if (from !== arrived) return { kind: 'wrong_offset', offset: arrived };
	await addPart(tx, key, start, bytes);
	if (last) return finish(tx, key, now);
	return { kind: 'taken', offset: start + bytes.length, complete: false };
}

async function forgetParts(tx: Sql, key: BlobKey): Promise<void> {
	await tx.query('delete from blob_part where user_id = $1 and sha256 = $2', keyParams(key));
}

async function arrivedOf(tx: Sql, key: BlobKey): Promise<number> {
	const [row] = await tx.query<{ arrived: number }>(
		`select ${arrivedSql} as arrived from blob where user_id = $1 and sha256 = $2`,
		keyParams(key),
	);
	return row?.arrived ?? 0;
}

async function addPart(tx: Sql, key: BlobKey, from: number, bytes: Uint8Array): Promise<void> {
	await tx.query(
		'insert into blob_part (user_id, sha256, first_byte, bytes) values ($1, $2, $3, $4)',
		[...keyParams(key), from, bytes],
	);
}

/** All bytes are here: they are the photo they were said to be, or they are dropped. */
async function finish(tx: Sql, key: BlobKey, now: string): Promise<Taken> {
	const [whole] = await tx.query<{ digest: string; head: Uint8Array; size: number }>(
		`select encode(sha256(bytes), 'hex') as digest, octet_length(bytes) as size,
			substring(bytes from 1 for ${imageHeadBytes}) as head
		from (select ${bytesSql} as bytes from blob where user_id = $1 and sha256 = $2) as whole`,
		keyParams(key),
	);
	assert(whole !== undefined, 'a part has a photo');
	const type = imageTypeOf(whole.head);
	if (whole.digest === key.sha256 && type !== null) {
		await tx.query(
			`update blob set completed_at = $3, media_type = $4, size_bytes = $5
			where user_id = $1 and sha256 = $2`,
			[...keyParams(key), now, type, whole.size],
		);
		return { kind: 'taken', offset: whole.size, complete: true };
	}
	await tx.query('delete from blob where user_id = $1 and sha256 = $2', keyParams(key));
	return { kind: whole.digest === key.sha256 ? 'not_image' : 'hash_mismatch' };
}

const keyParams = ({ userId, sha256 }: BlobKey) => [userId, sha256] as const;
