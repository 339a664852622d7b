/** The traffic of a busy SBC under attack as lines of a file, the same for the same seed. */

/** Xorshift: the same numbers every time. */
export function randomNumbers(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

export interface LinesOptions {
  readonly lines: number;
  /** Addresses that the lines come from; a tenth of them send nine tenths. */
  readonly sources: number;
  /** When the last line was written, ms. */
  readonly until: number;
}

/** Lines a second that the time stamps tell. */
const RATE = 2000;
const AGENTS = [
  'friendly-scanner',
  'Yealink SIP-T46S 66.85.0.5',
  'PolycomVVX-VVX_411-UA/5.9.0.9373',
  'Asterisk PBX 18.9',
];

/**
 * As sipward's configuration for OpenSIPS writes them: failed registrations and door knocks of attackers, registrations
 * and calls of phones.
 */
export function* eventLines(options: LinesOptions): Generator<string> {
  const next = randomNumbers(42);
  for (const shot of shots(options, next)) {
    const [kind, method, status, reason] = KINDS[next() % KINDS.length]!;
    const { at, ip, port, user, number } = SERVED.includes(kind) ? phoneShot(shot, next) : shot;
    const head = `E_SIPWARD,1 ${kind} ${Math.floor(at / 1000)} ${Math.floor((at % 1000) * 1000)} ${ip} ${port} udp 1`;
    const texts = [String(user), 'example.com', 'sip:example.com', AGENTS[number % 4] ?? '', `${next()}@192.168.1.20`];
    const marks = [`"${user}" <sip:${user}@example.com>`, next().toString(16), `z9hG4bK-${next()}`, ''];
    const reply = `${base64(method)} ${status} ${base64(reason)}`;
    yield `${head} ${reply} ${texts.map(base64).join(' ')} ${base64('120')} 1 ${marks.map(base64).join(' ')}`;
  }
}

const base64 = (text: string) => `=${Buffer.from(text).toString('base64')}`;

const KINDS = [
  ...Array.from({ length: 5 }, () => ['register.failed', 'REGISTER', '401', 'Unauthorized'] as const),
  ['register.failed', 'REGISTER', '403', 'Forbidden'],
  ['request.refused', 'INVITE', '404', 'domain_not_found'],
  ['request.refused', 'OPTIONS', '403', 'scanner_detected'],
  ['register.ok', 'REGISTER', '200', 'OK'],
  ['call.started', 'INVITE', '', ''],
] as const;

const SERVED: readonly string[] = ['register.ok', 'call.started'];
const PHONES = 5000;

/** The same moment, of one of the customers' phones, each with an account of its own. */
function phoneShot(shot: Shot, next: () => number): Shot {
  const phone = next() % PHONES;
  return { ...shot, ip: `100.64.${phone >> 8}.${phone & 255}`, user: 20_000 + phone, number: 1 };
}

/** As OpenSIPS scripts in the field write them with xlog, through syslog. */
export function* xlogLines(options: LinesOptions): Generator<string> {
  const next = randomNumbers(42);
  for (const { at, ip, port, user, number } of shots(options, next)) {
    const head = `${syslogTime(at)} sbc1 /usr/sbin/opensips[${1000 + (next() % 8)}]: `;
    yield `${head}${
      [
        `Scanner detected and logged to database - user_agent=${AGENTS[number % 4]} from ${ip}:${port}`,
        `Door-knock attempt logged to database - domain=evil${user}.example from ${ip}:${port}`,
        `Door-knock blocked: domain=evil${user}.example src=${ip} (not found)`,
      ][next() % 10] ??
      `REGISTER: Failed registration logged to database - ${user}@example.com from ${ip}:${port}, response 403 Forbidden`
    }`;
  }
}

interface Shot {
  readonly at: number;
  readonly ip: string;
  readonly port: number;
  readonly user: number;
  readonly number: number;
}

function* shots({ lines, sources, until }: LinesOptions, next: () => number): Generator<Shot> {
  for (let number = 0; number < lines; number++) {
    const source = next() % 10 === 0 ? next() % sources : next() % Math.ceil(sources / 10);
    const ip = `${11 + (source >> 16)}.${(source >> 8) & 255}.${source & 255}.${source % 251}`;
    // Each source has some accounts of its own that it tries: not all of them the same ones, which is another attack.
    const user = 1000 + ((source * 20 + (next() % 20)) % 10_000);
    yield { at: until - ((lines - number) * 1000) / RATE, ip, port: 1024 + (next() % 60000), user, number };
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function syslogTime(at: number): string {
  const date = new Date(at);
  const [, clock] = /(\d\d:\d\d:\d\d)/.exec(date.toTimeString()) ?? [];
  return `${MONTHS[date.getMonth()]} ${String(date.getDate()).padStart(2)} ${clock}`;
}
