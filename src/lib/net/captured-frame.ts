/** One frame of a capture. */
export interface CapturedFrame {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** LINKTYPE value, as assigned by tcpdump.org. */
  readonly linkType: number;
  readonly bytes: Buffer;
}

/** No frame is longer (libpcap's own limit is 262,144), nor is any block of metadata we could use. */
export const MAX_BLOCK_BYTES = 4 * 1024 * 1024;

/** How a file is cut into blocks and what they say. The first block begins with the file. */
export interface CaptureFormat {
  /** Length of the block at `at`, 0 if more bytes are needed to know, negative if it makes no sense. */
  blockLength(bytes: Buffer, at: number): number;
  /** @param block all of it */
  read(block: Buffer): CapturedFrame | undefined;
}
