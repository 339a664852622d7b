import { z } from 'zod';

/**
 * How far a file was read, and which file that is: by device and inode, and because inodes are used again (and a file
 * can be emptied and written anew), by its first bytes.
 */
export interface FilePosition {
  readonly dev: string;
  readonly inode: string;
  /** How many of the first bytes were known, and the start of their SHA-256, as in `256:0f1e2d3c4b5a6978`. */
  readonly fingerprint: string;
  /** All bytes before this one were taken. */
  readonly offset: number;
}

/** Before anything was there to read. */
export const NOWHERE: FilePosition = { dev: '0', inode: '0', fingerprint: '0:', offset: 0 };

const schema = z.strictObject({
  dev: z.string().regex(/^\d+$/),
  inode: z.string().regex(/^\d+$/),
  fingerprint: z.string().regex(/^\d{1,3}:[0-9a-f]*$/),
  offset: z.int().min(0),
});

/** Checks what was stored as a position. */
export function parseFilePosition(stored: unknown): FilePosition {
  const parsed = schema.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new Error(`stored position: expected {dev, inode, fingerprint, offset}, got ${JSON.stringify(stored)}`);
}
