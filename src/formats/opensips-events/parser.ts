import { Address, parseV4 } from '../../lib/address.ts';
import { decodeBase64, decodePercent, isAscii } from '../../lib/byte-text.ts';
import { parseNumber } from '../../lib/number.ts';
import { RepeatedValue } from '../../lib/repeated-value.ts';
import {
  MAX_TEXT,
  type Proven,
  REFUSAL_REASONS,
  SIGNAL_KINDS,
  type Signal,
  TRANSPORTS,
} from '../../pipeline/signal.ts';
import type { Format, LineParser, Parsed } from '../format.ts';

/** `docs/opensips-events.md`, version 1: what sipward's OpenSIPS configuration and its decoy write. */
export const opensipsEvents: Format = {
  type: 'opensips-events',
  description: "signals written by OpenSIPS' event_flatstore, as sipward's configuration for OpenSIPS does",
  parser: (options) => new EventParser(options.sensor),
};

const EVENT = 'E_SIPWARD';
/** What `event_flatstore` may be told to put behind the event's name; our other lines have a comma there. */
const DELIMITERS = ',;|\t ';
const HEAD_LENGTH = EVENT.length + 3;
/** In front of base64. */
const EQUALS = 61;

/** Positions of the fields after the version, in the order of the reference page. */
const KIND = 0;
const SECONDS = 1;
const MICROSECONDS = 2;
const ADDRESS = 3;
const PORT = 4;
const TRANSPORT = 5;
const PROVEN = 6;
const METHOD = 7;
const STATUS = 8;
const REASON = 9;
const USER = 10;
const DOMAIN = 11;
const REQUEST_URI = 12;
const USER_AGENT = 13;
const CALL_ID = 14;
const EXPIRES = 15;
const COUNT = 16;
const FROM = 17;
const FROM_TAG = 18;
const BRANCH = 19;
const DETAIL = 20;
const FIELDS = 21;

const KINDS = new Map(SIGNAL_KINDS.map((kind) => [kind as string, kind]));
const REASONS = new Set<string>(REFUSAL_REASONS);
const TRANSPORT_NAMES = new Map(TRANSPORTS.flatMap((name) => [name, name.toUpperCase()].map((key) => [key, name])));
const PROVEN_VALUES = new Map<string, Proven>([
  ['', 'unknown'],
  ['0', 'no'],
  ['1', 'yes'],
]);

const MAX_EXPIRES = 2 ** 32 - 1;

/**
 * Fields 1 to 9 and 11 are the SIP server's own words: if one is broken, so is the line. The others may be the
 * attacker's, who must not become invisible by sending nonsense: there nonsense means "not said".
 *
 * Text fields may be slices that keep the whole chunk of input alive: who stores a signal's text for long copies it.
 */
class EventParser implements LineParser {
  readonly #sensor: string;
  readonly #kind = new RepeatedValue((raw) => KINDS.get(raw));
  readonly #transport = new RepeatedValue((raw) => TRANSPORT_NAMES.get(raw) ?? 'unknown');
  readonly #method = new RepeatedValue(decodeValue);
  readonly #reason = new RepeatedValue(decodeValue);
  readonly #domain = new RepeatedValue(decodeValue);
  readonly #requestUri = new RepeatedValue(decodeValue);
  readonly #userAgent = new RepeatedValue(decodeValue);
  #line = '';
  /** Where each field starts; it ends before the separator in front of the next one. */
  readonly #starts = new Int32Array(FIELDS + 1);
  /** Bit n: field n may hold a `%` or a byte that is not ASCII. */
  #encoded = 0;

  constructor(sensor: string) {
    this.#sensor = sensor;
  }

  parse(line: string): Parsed {
    if (!hasHead(line)) return isOtherEvent(line) ? 'ignored' : 'unrecognised';
    return this.#split(line) ? this.#signal() : 'unrecognised';
  }

  /** @returns false if there are too few fields for a signal, or more than there can be */
  #split(line: string): boolean {
    const starts = this.#starts;
    let field = 0;
    const separator = line[HEAD_LENGTH - 1]!;
    starts[0] = HEAD_LENGTH;
    for (let end = line.indexOf(separator, HEAD_LENGTH); end >= 0; end = line.indexOf(separator, end + 1)) {
      if (++field === FIELDS) return false;
      starts[field] = end + 1;
    }
    if (field < PORT) return false;
    for (let start = line.length + 1; field < FIELDS; start++) starts[++field] = start;
    this.#line = line;
    this.#encoded = isAscii(line) ? this.#findEncoded(line) : -1;
    return true;
  }

  #findEncoded(line: string): number {
    let encoded = 0;
    let field = 0;
    for (let percent = line.indexOf('%'); percent >= 0; percent = line.indexOf('%', this.#starts[field])) {
      while (this.#starts[++field]! <= percent);
      encoded |= 1 << (field - 1);
    }
    return encoded;
  }

  #signal(): Parsed {
    const kind = this.#repeated(this.#kind, KIND);
    const at = this.#time();
    const address = this.#address();
    const port = this.#number(PORT, 0);
    const proven = PROVEN_VALUES.get(this.#raw(PROVEN));
    const status = this.#number(STATUS, 0);
    if (kind === undefined || address === undefined || proven === undefined) return 'unrecognised';
    if (at < 0 || port < 0 || port > 65535 || status < 0 || status > 999) return 'unrecognised';
    const reason = this.#repeated(this.#reason, REASON);
    if (kind === 'request.refused' && !REASONS.has(reason)) return 'unrecognised';
    return {
      kind,
      at,
      address,
      port,
      transport: this.#repeated(this.#transport, TRANSPORT),
      sensor: this.#sensor,
      proven,
      method: this.#repeated(this.#method, METHOD),
      status,
      reason,
      user: this.#text(USER),
      domain: this.#repeated(this.#domain, DOMAIN),
      requestUri: this.#repeated(this.#requestUri, REQUEST_URI),
      userAgent: this.#repeated(this.#userAgent, USER_AGENT),
      callId: this.#text(CALL_ID),
      expires: Math.min(this.#expires(), MAX_EXPIRES),
      count: Math.max(this.#number(COUNT, 1), 1),
      from: this.#text(FROM),
      fromTag: this.#text(FROM_TAG),
      branch: this.#text(BRANCH),
      detail: this.#text(DETAIL),
    } as Signal;
  }

  #time(): number {
    const seconds = this.#number(SECONDS, -1);
    const microseconds = this.#number(MICROSECONDS, 0);
    if (seconds < 0 || microseconds < 0 || microseconds > 999_999) return -1;
    return seconds * 1000 + Math.floor(microseconds / 1000);
  }

  #address(): Address | undefined {
    const from = this.#starts[ADDRESS]!;
    const to = this.#starts[PORT]! - 1;
    const v4 = parseV4(this.#line, from, to);
    return v4 >= 0 ? Address.v4(v4) : Address.parse(this.#line.slice(from, to));
  }

  #raw(field: number): string {
    return this.#line.slice(this.#starts[field], this.#starts[field + 1]! - 1);
  }

  #repeated<T>(value: RepeatedValue<T>, field: number): T {
    return value.get(this.#line, this.#starts[field]!, this.#starts[field + 1]! - 1);
  }

  #text(field: number): string {
    const from = this.#starts[field]!;
    const to = this.#starts[field + 1]! - 1;
    if (to <= from) return '';
    if (this.#line.charCodeAt(from) === EQUALS) return decodeValue(this.#line.slice(from, to));
    if ((this.#encoded & (1 << field)) !== 0) return decodePercent(this.#line, from, to, MAX_TEXT);
    return this.#line.slice(from, Math.min(to, from + MAX_TEXT));
  }

  /** Said by the request, so it may be anything, in either encoding. */
  #expires(): number {
    const text = this.#text(EXPIRES);
    return text === '' ? -1 : parseNumber(text, 0, text.length);
  }

  /** The number in the field, `absent` if the field is empty, -1 if it holds something else. */
  #number(field: number, absent: number): number {
    const from = this.#starts[field]!;
    const to = this.#starts[field + 1]! - 1;
    return to <= from ? absent : parseNumber(this.#line, from, to);
  }
}

/** A value in either of its two encodings; `=<null>` is OpenSIPS' word for one that the request lacks. */
function decodeValue(raw: string): string {
  if (raw.charCodeAt(0) !== EQUALS) return decodePercent(raw, 0, raw.length, MAX_TEXT);
  return raw === '=<null>' ? '' : decodeBase64(raw, 1, raw.length, MAX_TEXT);
}

function hasHead(line: string): boolean {
  const separator = line[HEAD_LENGTH - 1];
  if (!line.startsWith(EVENT) || line[EVENT.length + 1] !== '1') return false;
  return DELIMITERS.includes(line[EVENT.length]!) && (separator === ',' || separator === ' ');
}

/** Empty lines, and other events that OpenSIPS was told to write to the same file. */
function isOtherEvent(line: string): boolean {
  return line === '' || (line.startsWith('E_') && !line.startsWith('E_SIPWARD'));
}
