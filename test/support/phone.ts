/** A phone: a UDP socket that registers, with a password or a wrong one, as RFC 3261 section 22.4 has it. */
import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface Server {
  readonly host: string;
  readonly port: number;
}

/** Calls and branches of all phones of a process differ. */
let serial = 0;

export class Phone implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #server: Server;

  private constructor(socket: Socket, host: string, server: Server) {
    this.#socket = socket;
    this.#host = host;
    this.#server = server;
  }

  /** @param host a loopback address */
  static async open(host: string, server: Server): Promise<Phone> {
    const socket = createSocket('udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    return new Phone(socket, host, server);
  }

  /** The status of the last reply. */
  async register(user: string, password: string): Promise<number> {
    const callId = `${user}-${++serial}@phone`;
    const challenge = await this.#ask('REGISTER', user, callId, '');
    if (!challenge.startsWith('SIP/2.0 401')) return statusOf(challenge);
    return statusOf(await this.#ask('REGISTER', user, callId, authorization(challenge, user, password)));
  }

  async options(user: string): Promise<number> {
    return statusOf(await this.#ask('OPTIONS', user, `options-${++serial}@phone`, ''));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  async #ask(method: string, user: string, callId: string, header: string): Promise<string> {
    const number = ++serial;
    const { port } = this.#socket.address();
    const request = [
      `${method} sip:example.com SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.#host}:${port};branch=z9hG4bK${process.pid}x${number}`,
      'Max-Forwards: 70',
      `From: <sip:${user}@example.com>;tag=${number}`,
      `To: <sip:${user}@example.com>`,
      `Call-ID: ${callId}`,
      `CSeq: ${number} ${method}`,
      `Contact: <sip:${user}@${this.#host}:${port}>`,
      'Expires: 600',
      'User-Agent: Test Phone',
      ...(header === '' ? [] : [header]),
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
    const reply = once(this.#socket, 'message', { signal: AbortSignal.timeout(5000) });
    this.#socket.send(request, this.#server.port, this.#server.host);
    return String((await reply)[0]);
  }
}

function statusOf(reply: string): number {
  return Number(reply.slice(8, 11));
}

function authorization(challenge: string, user: string, password: string): string {
  const parameter = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
  const [realm = '', nonce = '', opaque] = ['realm', 'nonce', 'opaque'].map(parameter);
  const qop = /qop="?auth/.test(challenge);
  const uri = 'sip:example.com';
  const middle = qop ? `${nonce}:00000001:0a0b0c0d:auth` : nonce;
  const response = md5(`${md5(`${user}:${realm}:${password}`)}:${middle}:${md5(`REGISTER:${uri}`)}`);
  const parameters = [
    `username="${user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    'algorithm=MD5',
    ...(qop ? ['qop=auth', 'nc=00000001', 'cnonce="0a0b0c0d"'] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ];
  return `Authorization: Digest ${parameters.join(', ')}`;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
