import { Address, parseV4 } from '../../lib/address.ts';
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
import { Fields } from './fields.ts';

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
const AUTH_USER = 21;
const AUTH_REALM = 22;
const FIELDS = 23;
/** What may hold anything, percent-encoded or in base64; the rest are plain words and numbers. */
const TEXTS = new Set([
  ...[METHOD, REASON, USER, DOMAIN, REQUEST_URI, USER_AGENT, CALL_ID],
  ...[EXPIRES, FROM, FROM_TAG, BRANCH, DETAIL, AUTH_USER, AUTH_REALM],
]);

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
 * Texts may be slices that keep all texts of the line alive: who stores one for long copies it.
 */
class EventParser implements LineParser {
  readonly #sensor: string;
  readonly #fields = new Fields({ count: FIELDS, isText: (field) => TEXTS.has(field), maxUnits: MAX_TEXT });
  readonly #kind = new RepeatedValue((raw) => KINDS.get(raw));
  readonly #transport = new RepeatedValue((raw) => TRANSPORT_NAMES.get(raw) ?? 'unknown');
  readonly #proven = new RepeatedValue((raw) => PROVEN_VALUES.get(raw));

  constructor(sensor: string) {
    this.#sensor = sensor;
  }

  parse(line: string): Parsed {
    if (!hasHead(line)) return isOtherEvent(line) ? 'ignored' : 'unrecognised';
    const count = this.#fields.split(line, HEAD_LENGTH, line.charCodeAt(HEAD_LENGTH - 1));
    return count > PORT ? this.#signal(line) : 'unrecognised';
  }

  #signal(line: string): Parsed {
    const fields = this.#fields;
    const kind = this.#repeated(this.#kind, line, KIND);
    const at = this.#time();
    const address = this.#address(line);
    const port = fields.number(PORT, 0);
    const proven = this.#repeated(this.#proven, line, PROVEN);
    const status = fields.number(STATUS, 0);
    if (kind === undefined || address === undefined || proven === undefined) return 'unrecognised';
    if (at < 0 || port < 0 || port > 65535 || status < 0 || status > 999) return 'unrecognised';
    const reason = fields.text(REASON);
    if (kind === 'request.refused' && !REASONS.has(reason)) return 'unrecognised';
    return {
      kind,
      at,
      address,
      port,
      transport: this.#repeated(this.#transport, line, TRANSPORT),
      sensor: this.#sensor,
      proven,
      method: fields.text(METHOD),
      status,
      reason,
      user: fields.text(USER),
      domain: fields.text(DOMAIN),
      requestUri: fields.text(REQUEST_URI),
      userAgent: fields.text(USER_AGENT),
      callId: fields.text(CALL_ID),
      expires: Math.min(this.#expires(), MAX_EXPIRES),
      count: Math.max(fields.number(COUNT, 1), 1),
      from: fields.text(FROM),
      fromTag: fields.text(FROM_TAG),
      branch: fields.text(BRANCH),
      detail: fields.text(DETAIL),
      authUser: fields.text(AUTH_USER),
      authRealm: fields.text(AUTH_REALM),
    } as Signal;
  }

  #time(): number {
    const seconds = this.#fields.number(SECONDS, -1);
    const microseconds = this.#fields.number(MICROSECONDS, 0);
    if (seconds < 0 || microseconds < 0 || microseconds > 999_999) return -1;
    return seconds * 1000 + Math.floor(microseconds / 1000);
  }

  #address(line: string): Address | undefined {
    const from = this.#fields.start(ADDRESS);
    const to = this.#fields.end(ADDRESS);
    const v4 = parseV4(line, from, to);
    return v4 >= 0 ? Address.v4(v4) : Address.parse(line.slice(from, to));
  }

  #repeated<T>(value: RepeatedValue<T>, line: string, field: number): T {
    return value.get(line, this.#fields.start(field), this.#fields.end(field));
  }

  /** Said by the request, so it may be anything. */
  #expires(): number {
    const text = this.#fields.text(EXPIRES);
    return parseNumber(text, 0, text.length);
  }
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
