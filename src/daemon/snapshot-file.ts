import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

const FILE = 'detection.snapshot';
const MAGIC = 'sipward snapshot 1\n';
/** Behind the magic: checksum and length of what follows. */
const HEADER = MAGIC.length + 8;

/**
 * Replaces the snapshot in `stateDir` by plain data: whole or not at all, whatever happens meanwhile. It holds accounts
 * and addresses, so only the owner may read it.
 */
export async function writeSnapshot(stateDir: string, snapshot: unknown): Promise<void> {
  const body = serialize(snapshot);
  const header = Buffer.alloc(HEADER);
  header.write(MAGIC, 'latin1');
  header.writeUInt32LE(crc32(body), MAGIC.length);
  header.writeUInt32LE(body.length, MAGIC.length + 4);
  const path = join(stateDir, FILE);
  const temporary = `${path}.new`;
  {
    await using file = await open(temporary, 'w', 0o600);
    await file.writeFile(Buffer.concat([header, body]));
    await file.sync();
  }
  await rename(temporary, path);
  // The new name must be on disk, too.
  await using directory = await open(dirname(path));
  await directory.sync();
}

/**
 * @returns the snapshot in `stateDir`, or undefined if there is none
 * @throws if it is damaged
 */
export async function readSnapshot(stateDir: string): Promise<unknown> {
  const path = join(stateDir, FILE);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const body = bytes.subarray(HEADER);
  const isWhole =
    bytes.length > HEADER &&
    bytes.toString('latin1', 0, MAGIC.length) === MAGIC &&
    bytes.readUInt32LE(MAGIC.length + 4) === body.length &&
    bytes.readUInt32LE(MAGIC.length) === crc32(body);
  if (!isWhole) throw new Error(`${path}: not a snapshot of this version, or damaged`);
  return deserialize(body);
}
