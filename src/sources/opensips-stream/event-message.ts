import { opensipsEvents } from '../../formats/opensips-events/parser.ts';
import { Address } from '../../lib/address.ts';
import { makeSignal } from '../../pipeline/make-signal.ts';
import type { Signal } from '../../pipeline/signal.ts';

/** What OpenSIPS sent. */
export interface EventMessage {
  readonly signal: Signal | undefined;
  /** Of a numbered event: 1 for the first since OpenSIPS started. */
  readonly sequence: number | undefined;
  /** OpenSIPS waits for an answer (`reliable_mode`) with this id. */
  readonly id: number | undefined;
}

const SEQUENCE = /^(\d{1,15}) (?=\d+ )/;

/** Reads messages of event_stream: sipward's own event, numbered or not, and pike's. */
export class EventMessages {
  readonly #sensor: string;
  readonly #parser: ReturnType<typeof opensipsEvents.parser>;

  constructor(sensor: string) {
    this.#sensor = sensor;
    // Every event has its full time, so the parser asks for no clock.
    this.#parser = opensipsEvents.parser({ sensor, now: () => 0 });
  }

  /** Undefined if it is no JSON-RPC message of an event. @param now for events of OpenSIPS that say no time */
  parse(json: string, now: number): EventMessage | undefined {
    const { method, params, id } = parseObject(json);
    if (typeof method !== 'string') return undefined;
    const known = typeof id === 'number' ? id : undefined;
    if (method === 'E_PIKE_BLOCKED') return { signal: this.#pike(params, now), sequence: undefined, id: known };
    const text = Array.isArray(params) ? params[0] : undefined;
    if (!method.startsWith('E_SIPWARD') || typeof text !== 'string') {
      return { signal: undefined, sequence: undefined, id: known };
    }
    const sequence = SEQUENCE.exec(text)?.[1];
    const line = text.slice(sequence === undefined ? 0 : sequence.length + 1);
    const parsed = this.#parser.parse(`E_SIPWARD,${line}`);
    return {
      signal: typeof parsed === 'object' ? parsed : undefined,
      sequence: sequence === undefined ? undefined : Number(sequence),
      id: known,
    };
  }

  /** pike of any configuration names the address it blocks. */
  #pike(params: unknown, now: number): Signal | undefined {
    const ip = (params as { readonly ip?: unknown } | null | undefined)?.ip;
    const address = typeof ip === 'string' ? Address.parse(ip) : undefined;
    return address === undefined
      ? undefined
      : makeSignal('flood', { at: now, address, sensor: this.#sensor, reason: 'pike' });
  }
}

/** What is no object has no fields either: it is counted as a message that was not understood. */
function parseObject(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
