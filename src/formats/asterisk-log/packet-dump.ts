/** The longest datagram, so the longest dump of one. */
const MAX_DUMP = 65_536;
const DUMPED = /^[^\n]{0,80}?sip_transport\.c:? Error processing (\d{1,6}) bytes packet from /;

/**
 * By older releases of PJSIP a packet that cannot be parsed is written into the log as it came, line ends and all: `Error
 * processing N bytes packet from UDP ADDRESS:PORT : …:`, then N bytes that may look like any line of a log. It is no
 * signal: phones keep their NAT bindings open with packets that are no SIP.
 */
export class PacketDump {
  #left = 0;

  /** Whether the next line is one of a packet. */
  get isOpen(): boolean {
    return this.#left > 0;
  }

  /** Notes a message of pjproject's. */
  begin(text: string): void {
    const bytes = Number(DUMPED.exec(text)?.[1] ?? 0);
    this.#left = Math.min(bytes, MAX_DUMP);
  }

  /** Passes over a line of the packet. */
  skip(line: string): void {
    this.#left = Math.max(0, this.#left - line.length - 1);
  }
}
