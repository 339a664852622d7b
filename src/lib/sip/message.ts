import { decodeText, decodeUtf8, excerpt } from '../text.ts';
import { Authentication } from './authentication.ts';
import { parseCount, skipBlanks } from './characters.ts';
import type { HeaderIndex } from './header-index.ts';
import { type HeaderName, headerNumber } from './header-names.ts';
import { firstContact, MAX_CONTACTS, NameAddr, parseContacts } from './name-addr.ts';
import type { StartLine } from './start-line.ts';
import { parseUri, type SipUri } from './uri.ts';
import { Via } from './via.ts';

/** Registrations longer than this are none (RFC 3261 section 20.19: 2^32 - 1 seconds at most). */
const MAX_EXPIRES = 0xffffffff;
/** Credentials (or challenges) read of one message. */
const MAX_AUTHENTICATIONS = 8;

export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/**
 * What requests and responses share. Each getter reads the bytes anew: take a value once. Texts are copies (they never
 * hold on to the datagram) of at most `MAX_TEXT`, UTF-8 with U+FFFD for invalid bytes.
 */
abstract class SipMessage {
  readonly bytes: Buffer;
  readonly index: HeaderIndex;

  constructor(bytes: Buffer, index: HeaderIndex) {
    this.bytes = bytes;
    this.index = index;
  }

  /** First value of a header, also from its compact form, unfolded; undefined if absent. */
  header(name: HeaderName): string | undefined {
    return this.index.firstText(headerNumber(name));
  }

  /** First value of a header that has no `HeaderName`. `name` in lower case. */
  otherHeader(name: string): string | undefined {
    const value = this.index.named(name);
    return value === undefined ? undefined : excerpt(value, 0, value.length);
  }

  /** All values of a header as sent, one character a byte (latin1), unfolded and not cut: to send them back. */
  rawHeaders(name: HeaderName): readonly string[] {
    return this.index.allRaw(headerNumber(name));
  }

  /** The topmost. */
  get via(): Via | undefined {
    const value = this.index.first(VIA);
    return value === undefined ? undefined : Via.parse(value);
  }

  /** The one below the topmost: of whom the sender had it, if it only forwards. */
  get secondVia(): Via | undefined {
    const value = this.index.first(VIA);
    if (value === undefined || (this.index.count(VIA) < 2 && !value.includes(','))) return undefined;
    const second = Via.split(this.index.all(VIA))[1];
    return second === undefined ? undefined : Via.parse(second);
  }

  get from(): NameAddr | undefined {
    return this.#nameAddr(FROM);
  }

  get to(): NameAddr | undefined {
    return this.#nameAddr(TO);
  }

  /** '' if absent. */
  get callId(): string {
    return this.index.firstText(CALL_ID) ?? '';
  }

  get cseq(): CSeq | undefined {
    const value = this.index.firstText(CSEQ);
    if (value === undefined) return undefined;
    const numberEnd = value.search(/[ \t]/);
    const number = parseCount(value.slice(0, Math.max(0, numberEnd)), 0x7fffffff);
    return number < 0 ? undefined : { number, method: value.slice(skipBlanks(value, numberEnd)) };
  }

  /** Undefined if absent, -1 if no number from 0 to 255. */
  get maxForwards(): number | undefined {
    const value = this.index.firstText(MAX_FORWARDS);
    return value === undefined ? undefined : parseCount(value, 255);
  }

  /** '' if absent. */
  get userAgent(): string {
    return this.index.firstText(USER_AGENT) ?? '';
  }

  /** '' if absent. */
  get server(): string {
    return this.index.firstText(SERVER) ?? '';
  }

  /** At most `MAX_CONTACTS`; not the `*` of `removesAll`. */
  get contacts(): readonly NameAddr[] {
    const contacts: NameAddr[] = [];
    for (const value of this.index.all(CONTACT)) {
      if (value !== '*') contacts.push(...parseContacts(value, MAX_CONTACTS - contacts.length));
    }
    return contacts;
  }

  /** `Contact: *`, which with Expires 0 removes all bindings of the address of record (RFC 3261 section 10.2.2). */
  get contactIsStar(): boolean {
    return this.index.first(CONTACT) === '*';
  }

  /**
   * Seconds asked for (or granted) in a REGISTER: the first contact's own `expires`, else the Expires header (RFC 3261
   * section 10.2.1.1); -1 if not said.
   */
  get expires(): number {
    const contact = this.index.first(CONTACT);
    const own = contact === undefined || contact === '*' ? undefined : firstContact(contact)?.parameter('expires');
    return parseCount(own ?? this.index.firstText(EXPIRES) ?? '', MAX_EXPIRES);
  }

  /** Of Authorization, then of Proxy-Authorization. */
  get credentials(): readonly Authentication[] {
    return this.#authentications(AUTHORIZATION, PROXY_AUTHORIZATION);
  }

  /** Of WWW-Authenticate, then of Proxy-Authenticate. */
  get challenges(): readonly Authentication[] {
    return this.#authentications(WWW_AUTHENTICATE, PROXY_AUTHENTICATE);
  }

  /** Undefined if absent, -1 if no number. */
  get contentLength(): number | undefined {
    const value = this.index.firstText(CONTENT_LENGTH);
    return value === undefined ? undefined : parseCount(value, Number.MAX_SAFE_INTEGER);
  }

  /** Media type as sent, '' if absent. */
  get contentType(): string {
    return this.index.firstText(CONTENT_TYPE) ?? '';
  }

  /** As long as Content-Length says, or whatever follows the empty line. A view of the message, not a copy. */
  get body(): Buffer {
    const length = this.contentLength ?? -1;
    const rest = this.bytes.subarray(this.index.bodyStart);
    return length < 0 ? rest : rest.subarray(0, length);
  }

  #nameAddr(header: number): NameAddr | undefined {
    const value = this.index.first(header);
    return value === undefined ? undefined : NameAddr.parse(value);
  }

  #authentications(one: number, other: number): readonly Authentication[] {
    if (this.index.count(one) + this.index.count(other) === 0) return NONE;
    return [...this.index.all(one), ...this.index.all(other)].slice(0, MAX_AUTHENTICATIONS).map(Authentication.parse);
  }
}

export class SipRequest extends SipMessage {
  readonly kind = 'request';
  readonly method: string;
  readonly #uriStart: number;
  readonly #uriEnd: number;

  constructor(bytes: Buffer, index: HeaderIndex, line: StartLine) {
    super(bytes, index);
    this.method = line.method ?? '';
    this.#uriStart = line.textStart;
    this.#uriEnd = line.textEnd;
  }

  /** The request URI as sent. */
  get requestUri(): string {
    return decodeText(this.bytes, this.#uriStart, this.#uriEnd);
  }

  get uri(): SipUri | undefined {
    return parseUri(decodeUtf8(this.bytes, this.#uriStart, this.#uriEnd));
  }
}

export class SipResponse extends SipMessage {
  readonly kind = 'response';
  /** 100 to 699; 0 in what is malformed. */
  readonly status: number;
  readonly #reasonStart: number;
  readonly #reasonEnd: number;

  constructor(bytes: Buffer, index: HeaderIndex, line: StartLine) {
    super(bytes, index);
    this.status = line.status;
    this.#reasonStart = line.textStart;
    this.#reasonEnd = line.textEnd;
  }

  /** The reason phrase. */
  get reason(): string {
    return decodeText(this.bytes, this.#reasonStart, this.#reasonEnd);
  }
}

const VIA = headerNumber('via');
const FROM = headerNumber('from');
const TO = headerNumber('to');
const CALL_ID = headerNumber('call-id');
const CSEQ = headerNumber('cseq');
const MAX_FORWARDS = headerNumber('max-forwards');
const USER_AGENT = headerNumber('user-agent');
const SERVER = headerNumber('server');
const EXPIRES = headerNumber('expires');
const CONTACT = headerNumber('contact');
const AUTHORIZATION = headerNumber('authorization');
const PROXY_AUTHORIZATION = headerNumber('proxy-authorization');
const WWW_AUTHENTICATE = headerNumber('www-authenticate');
const PROXY_AUTHENTICATE = headerNumber('proxy-authenticate');
const CONTENT_LENGTH = headerNumber('content-length');
const CONTENT_TYPE = headerNumber('content-type');

const NONE: readonly Authentication[] = [];
