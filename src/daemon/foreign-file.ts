const CAPTURE = 'expected a capture as pcap or pcapng (editcap converts others)';
const COMPRESSED = 'expected a file as it is or compressed by gzip';

/** First bytes of files that would be taken for text, in Latin-1, and what is wrong with each. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ['GMBU', `${CAPTURE}, got one of Network Monitor`],
  ['RTSS', `${CAPTURE}, got one of Network Monitor`],
  ['snoop\0', `${CAPTURE}, got one of snoop`],
  ['TRSNIFF', `${CAPTURE}, got one of Sniffer`],
  ['XCP\0', `${CAPTURE}, got one of NetXRay`],
  ['\xfd7zXZ\0', `${COMPRESSED}, got xz`],
  ['\x28\xb5\x2f\xfd', `${COMPRESSED}, got zstd`],
  ['BZh', `${COMPRESSED}, got bzip2`],
  ['PK\x03\x04', `${COMPRESSED}, got a zip archive`],
];

/** Why a file that begins like this cannot be read; undefined if it may be. */
export function foreignFile(head: Buffer): string | undefined {
  const text = head.toString('latin1');
  return FOREIGN.find(([magic]) => text.startsWith(magic))?.[1];
}
