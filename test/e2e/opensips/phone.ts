/** A SIP phone for tests: registers, calls, answers, with every field open to misuse. */
import { randomBytes } from 'node:crypto';
import {
  type Challenge,
  digest,
  formatMessage,
  header,
  headers,
  methodOf,
  parseChallenge,
  parseMessage,
  type SipMessage,
  statusOf,
} from './sip-message.ts';
import { type Endpoint, openTcp, openTls, openUdp, openWss, type Transport } from './transport.ts';

export interface PhoneOptions {
  readonly from: string;
  readonly proxy: Endpoint;
  readonly user: string;
  readonly password?: string;
  /** In its credentials, if that is another. */
  readonly authUser?: string;
  readonly domain?: string;
  readonly transport?: 'udp' | 'tcp' | 'tls' | 'wss';
  readonly userAgent?: string;
}

export interface RequestOptions {
  readonly uri?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly contact?: string;
  /** Undefined, if given: none at all. */
  readonly maxForwards?: string | undefined;
  readonly cseq?: number;
}

const maxForwards = (options: RequestOptions): [string, string][] => {
  const value = 'maxForwards' in options ? options.maxForwards : '70';
  return value === undefined ? [] : [['Max-Forwards', value]];
};

const random = (bytes = 6) => randomBytes(bytes).toString('hex');

export class Phone implements AsyncDisposable {
  readonly #options: Required<PhoneOptions>;
  readonly #transport: Transport;
  readonly #waiting = new Map<string, (response: SipMessage) => void>();
  readonly #callId = random();
  #cseq = 1;
  /** The last challenge, which a real phone uses again for its next request. */
  challenge: Challenge | undefined;
  /** Requests that came in, oldest first. */
  readonly received: SipMessage[] = [];

  private constructor(options: PhoneOptions, transport: Transport) {
    this.#options = {
      authUser: options.user,
      password: '',
      domain: 'example.com',
      transport: 'udp',
      userAgent: 'Acme Phone 1.0',
      ...options,
    };
    this.#transport = transport;
    transport.onMessage = (text) => this.#receive(parseMessage(text));
  }

  static async open(options: PhoneOptions): Promise<Phone> {
    const open = { udp: openUdp, tcp: openTcp, tls: openTls, wss: openWss }[options.transport ?? 'udp'];
    return new Phone(options, await open(options.from, options.proxy));
  }

  get local(): Endpoint {
    return this.#transport.local;
  }

  get closed(): boolean {
    return this.#transport.closed;
  }

  get contact(): string {
    const { name, sentBy } = this.#transport;
    // A browser says ws, also of a secure connection (RFC 7118 section 5.2.3).
    const transport = { UDP: '', TCP: ';transport=tcp', TLS: ';transport=tls', WSS: ';transport=ws' }[name];
    return `sip:${this.#options.user}@${sentBy}${transport}`;
  }

  /** Sends bytes as they are. */
  sendRaw(text: string): void {
    this.#transport.send(text);
  }

  /** A request with its final response; undefined if none came within the time. */
  async request(method: string, options: RequestOptions = {}, timeoutMs = 8000): Promise<SipMessage | undefined> {
    const { domain, user, userAgent } = this.#options;
    const branch = `z9hG4bK${random()}`;
    const aor = `<sip:${user}@${domain}>`;
    const message = formatMessage({
      start: `${method} ${options.uri ?? `sip:${domain}`} SIP/2.0`,
      headers: [
        ['Via', `SIP/2.0/${this.#transport.name} ${this.#transport.sentBy};rport;branch=${branch}`],
        ...maxForwards(options),
        ['From', options.from ?? `${aor};tag=${random(4)}`],
        ['To', options.to ?? aor],
        ['Call-ID', options.callId ?? this.#callId],
        ['CSeq', `${options.cseq ?? this.#cseq++} ${method}`],
        ['User-Agent', userAgent],
        ['Contact', `<${options.contact ?? this.contact}>`],
        ...(options.headers ?? []),
      ],
      body: options.body ?? '',
    });
    const response = this.#responseTo(branch, timeoutMs);
    this.#transport.send(message);
    return response;
  }

  /** As `request`, answering one challenge. The first request carries credentials if there is an old challenge. */
  async authenticated(method: string, options: RequestOptions = {}): Promise<SipMessage | undefined> {
    const first = await this.request(method, this.#withCredentials(method, options));
    if (first === undefined || (statusOf(first) !== 401 && statusOf(first) !== 407)) return first;
    this.challenge = parseChallenge(` ${header(first, 'WWW-Authenticate') ?? header(first, 'Proxy-Authenticate')}`);
    return this.request(method, this.#withCredentials(method, options));
  }

  register(expires = 300): Promise<SipMessage | undefined> {
    return this.authenticated('REGISTER', { headers: [['Expires', String(expires)]] });
  }

  /** Calls a number; the response to the INVITE is acknowledged. */
  async call(
    number: string,
    extra: RequestOptions = {},
  ): Promise<{ response: SipMessage | undefined; hangUp: () => Promise<SipMessage | undefined> }> {
    const uri = `sip:${number}@${this.#options.domain}`;
    const from = `<sip:${this.#options.user}@${this.#options.domain}>;tag=${random(4)}`;
    const callId = random();
    const options = {
      uri,
      from,
      to: `<${uri}>`,
      callId,
      body: this.#sdp(),
      headers: [['Content-Type', 'application/sdp']] as const,
      ...extra,
    };
    const response = await this.authenticated('INVITE', options);
    const dialog = response === undefined ? options : this.#inDialog(options, response);
    if (response !== undefined && statusOf(response) < 300) this.#sendAck(dialog);
    return { response, hangUp: () => this.request('BYE', { ...dialog, body: '', headers: this.#routes(response) }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }

  #inDialog(options: RequestOptions, response: SipMessage): RequestOptions {
    const contact = /<([^>]+)>/.exec(header(response, 'Contact') ?? '')?.[1];
    const to = header(response, 'To');
    return {
      ...options,
      ...(contact === undefined ? {} : { uri: contact }),
      ...(to === undefined ? {} : { to }),
      headers: this.#routes(response),
    };
  }

  #routes(response: SipMessage | undefined): readonly (readonly [string, string])[] {
    const recorded = response === undefined ? [] : headers(response, 'Record-Route');
    return recorded.toReversed().map((route) => ['Route', route] as const);
  }

  #sendAck(dialog: RequestOptions): void {
    const cseq = this.#cseq - 1;
    void this.request('ACK', { ...dialog, body: '', cseq }, 0);
  }

  /** The header that answers the present challenge. */
  credentials(method: string, uri = `sip:${this.#options.domain}`): readonly (readonly [string, string])[] {
    if (this.challenge === undefined) return [];
    const { authUser, password } = this.#options;
    return [['Authorization', digest(this.challenge, method, uri, authUser, password)]];
  }

  #withCredentials(method: string, options: RequestOptions): RequestOptions {
    return { ...options, headers: [...(options.headers ?? []), ...this.credentials(method, options.uri)] };
  }

  #sdp(): string {
    const { address } = this.#transport.local;
    return `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n`;
  }

  #responseTo(branch: string, timeoutMs: number): Promise<SipMessage | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(branch);
        resolve(undefined);
      }, timeoutMs);
      this.#waiting.set(branch, (response) => {
        clearTimeout(timer);
        this.#waiting.delete(branch);
        resolve(response);
      });
    });
  }

  #receive(message: SipMessage): void {
    const status = statusOf(message);
    if (status === 0) {
      this.received.push(message);
      if (methodOf(message) !== 'ACK') this.#answer(message);
      return;
    }
    const branch = /branch=([^;,\s]+)/.exec(header(message, 'Via') ?? '')?.[1] ?? '';
    if (status < 200) return;
    if (status >= 300 && header(message, 'CSeq')?.endsWith('INVITE')) this.#acknowledgeFailure(message);
    this.#waiting.get(branch)?.(message);
  }

  /** RFC 3261 section 17.1.1.3: hop by hop, the same branch. */
  #acknowledgeFailure(response: SipMessage): void {
    const copied = ['Via', 'From', 'To', 'Call-ID'].map((name) => [name, header(response, name) ?? ''] as const);
    const cseq = `${Number.parseInt(header(response, 'CSeq') ?? '', 10)} ACK`;
    const start = `ACK sip:${this.#options.domain} SIP/2.0`;
    this.#transport.send(
      formatMessage({ start, headers: [...copied, ['CSeq', cseq], ['Max-Forwards', '70']], body: '' }),
    );
  }

  #answer(request: SipMessage): void {
    const invite = methodOf(request) === 'INVITE';
    const tag = header(request, 'To')?.includes(';tag=') ? '' : `;tag=${random(4)}`;
    const answer = formatMessage({
      start: 'SIP/2.0 200 OK',
      headers: [
        ...request.headers.filter(([name]) => /^(via|record-route|from|call-id|cseq)$/i.test(name)),
        ['To', `${header(request, 'To')}${tag}`],
        ['Contact', `<${this.contact}>`],
        ...(invite ? [['Content-Type', 'application/sdp'] as const] : []),
      ],
      body: invite ? this.#sdp() : '',
    });
    this.#transport.send(answer);
  }
}
