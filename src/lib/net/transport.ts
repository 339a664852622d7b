/** A UDP datagram (RFC 768). */
export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Buffer;
}

/** A TCP segment (RFC 9293 section 3.1). */
export interface TcpSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly syn: boolean;
  /** FIN or RST: nothing new follows. */
  readonly last: boolean;
  readonly payload: Buffer;
}

export function parseUdp(bytes: Buffer): UdpDatagram | undefined {
  if (bytes.length < 8) return undefined;
  const length = bytes.readUInt16BE(4);
  // Length 0 is a jumbogram's (RFC 2675), or left to the network card.
  if (length !== 0 && length < 8) return undefined;
  const end = length === 0 ? bytes.length : length;
  return {
    sourcePort: bytes.readUInt16BE(0),
    destinationPort: bytes.readUInt16BE(2),
    payload: bytes.subarray(8, end),
  };
}

export function parseTcp(bytes: Buffer): TcpSegment | undefined {
  if (bytes.length < 20) return undefined;
  const headerLength = ((bytes[12] ?? 0) >> 4) * 4;
  if (headerLength < 20 || headerLength > bytes.length) return undefined;
  const flags = bytes[13] ?? 0;
  return {
    sourcePort: bytes.readUInt16BE(0),
    destinationPort: bytes.readUInt16BE(2),
    sequence: bytes.readUInt32BE(4),
    syn: (flags & 2) !== 0,
    last: (flags & 5) !== 0,
    payload: bytes.subarray(headerLength),
  };
}
