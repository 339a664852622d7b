import { decodeHep3, isHep3 } from '../../lib/hep/decode-hep3.ts';
import { CaptureReader } from '../../lib/net/capture-reader.ts';
import { PacketDecoder } from '../../lib/net/packet-decoder.ts';
import type { Network } from '../../lib/network.ts';
import type { Signal } from '../../pipeline/signal.ts';
import type { SipPath } from '../../pipeline/sip-traffic/sip-path.ts';
import { SipTraffic } from '../../pipeline/sip-traffic/sip-traffic.ts';

export interface CaptureOptions {
  /** Name given to the signals. */
  readonly sensor: string;
  /** Our own hosts, where known: nothing they send is held against them. */
  readonly own?: readonly Network[];
}

/** What a capture held so far. */
export interface CaptureCounts {
  readonly frames: number;
  /** SIP messages found in them. */
  readonly messages: number;
  /** Frames that could not be read: a link type that is not known, a broken IP packet. */
  readonly undecoded: number;
}

/** Reads a capture (pcap or pcapng) chunk by chunk into signals. */
export class CaptureSignals {
  readonly #reader = new CaptureReader();
  readonly #traffic: SipTraffic;
  readonly #decoder: PacketDecoder;
  #frames = 0;
  #messages = 0;
  #at = 0;

  constructor(options: CaptureOptions) {
    this.#traffic = new SipTraffic(options);
    this.#decoder = new PacketDecoder((payload, path) => {
      // A capture of what a capture agent sent: what it reports is what counts.
      const report = path.transport === 'udp' && isHep3(payload) ? decodeHep3(payload) : undefined;
      if (typeof report === 'object') this.#observe(report.payload, { ...report, at: report.at ?? path.at });
      else if (report === undefined) this.#observe(payload, path);
    });
  }

  #observe(payload: Buffer, path: SipPath): void {
    if (this.#traffic.observe(payload, path)) this.#messages++;
  }

  get counts(): CaptureCounts {
    return { frames: this.#frames, messages: this.#messages, undecoded: this.#decoder.undecoded };
  }

  /** @throws what is wrong with the file, and where */
  push(chunk: Buffer): Signal[] {
    for (const frame of this.#reader.push(chunk)) {
      this.#frames++;
      this.#at = frame.at;
      this.#decoder.decode(frame);
    }
    return this.#traffic.take();
  }

  /** The last signals, once all is read. */
  finish(): Signal[] {
    this.#traffic.finish(this.#at);
    return this.#traffic.take();
  }

  /** Bytes at the end of the file that make no whole frame: the capture was cut off. */
  get pendingBytes(): number {
    return this.#reader.pendingBytes;
  }
}
