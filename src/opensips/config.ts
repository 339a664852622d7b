import { z } from 'zod';
import { endpointValue, networkValue } from '../lib/config-values.ts';
import { Network } from '../lib/network.ts';
import { opensipsMiValue } from '../lib/opensips/mi-url.ts';
import { fraudConfig } from './fraud-config.ts';

const TRANSPORTS = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const;

/** Text that goes into an OpenSIPS configuration as it is: nothing that could end a string or a line there. */
const plain = (pattern: RegExp, expected: string) => z.string().regex(pattern, { error: `expected ${expected}` });

const path = plain(/^\/[A-Za-z0-9._/+@-]{1,200}$/, 'an absolute path of letters, digits and ._/+@-');
const domainName = plain(/^[A-Za-z0-9.[\]:-]{1,253}$/, 'a SIP domain or an address, without port');
const pemFile = (of: string) =>
  path
    .optional()
    .meta({ examples: ['/etc/ssl/private/sbc.pem'] })
    .describe(`PEM file of ${of}, for tls and wss sockets.`);
const perMinute = (requests: number, of: string) =>
  z.int().min(1).max(1_000_000).default(requests).describe(`${of} of one source a minute.`);

/** `udp:192.0.2.1:5060`: transport, address, port. The address must be one that phones and back ends can reach. */
const SOCKET = new RegExp(`^(${TRANSPORTS.join('|')}):(\\[[0-9a-fA-F:.]{2,45}\\]|[0-9.]{7,15}):(\\d{1,5})$`);
const socketValue = z
  .string()
  .refine((text) => isSocket(text), {
    error: 'expected TRANSPORT:ADDRESS:PORT such as udp:192.0.2.1:5060 or wss:[2001:db8::1]:8443',
  })
  .meta({ examples: ['udp:192.0.2.1:5060', 'tls:192.0.2.1:5061', 'wss:192.0.2.1:8443'] });

function isSocket(text: string): boolean {
  return Network.parse(socketHost(text))?.isSingle === true && Number(SOCKET.exec(text)?.[3]) <= 65535;
}

/** Whether a socket needs a certificate. */
export function isSecure(socket: string): boolean {
  return /^(tls|wss):/.test(socket);
}

/** The address of `transport:address:port`, without the brackets of IPv6. */
export function socketHost(text: string): string {
  return (SOCKET.exec(text)?.[2] ?? '').replace(/[[\]]/g, '');
}

const backEndValue = z
  .string()
  .refine((text) => Network.parse(backEndHost(text))?.isSingle === true, {
    error: 'expected ADDRESS or ADDRESS:PORT of a back end, such as 10.0.0.10:5060',
  })
  .meta({ examples: ['10.0.0.10:5060'] });

/** The address of `address:port`, without the brackets of IPv6. */
export function backEndHost(text: string): string {
  const match = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([0-9.]{7,15}))(?::\d{1,5})?$/.exec(text);
  return match?.[1] ?? match?.[2] ?? '';
}

/**
 * Police, fire brigade and ambulance of many countries, so that a list nobody looked at cuts off nobody; 933 tells callers in
 * North America the address that help would be sent to. Nobody makes money with calls to numbers so short.
 */
const EMERGENCY_NUMBERS = [
  ...['112', '911', '999', '000', '933', '988', '995', '997', '998', '15', '17', '18', '061', '062', '091'],
  ...['100', '101', '102', '103', '104', '108', '110', '111', '113', '114', '115', '117', '118', '119', '120', '122'],
  ...['123', '133', '144', '150', '155', '158', '190', '191', '192', '193', '194', '197', '198', '199'],
] as const;

const domainConfig = z.union([
  domainName.transform((name) => ({ name, enabled: true })),
  z.strictObject({
    name: domainName,
    enabled: z.boolean().default(true).describe('false: requests for it are refused as domain_disabled.'),
  }),
]);

export const limitsConfig = z
  .strictObject({
    register: perMinute(10, 'REGISTER requests'),
    invite: perMinute(30, 'INVITE requests'),
    options: perMinute(60, 'OPTIONS requests'),
    other: perMinute(100, 'all other requests together, ACK and CANCEL not counted,'),
    'known-factor': z
      .int()
      .min(1)
      .max(1000)
      .default(20)
      .describe(
        'How many times more is let through from an address with a registration, or a call for which it answered a challenge, in the last two hours.',
      ),
    sources: z
      .int()
      .min(100)
      .max(10_000_000)
      .default(50_000)
      .describe('New sources a minute that get a limit of their own; more than these share 4096 limits.'),
  })
  .describe('Requests let through for each source, over a sliding minute. Trusted sources have no limit.');

/** `opensips:` in sipward.yaml: what `sipward opensips render` writes. */
export const opensipsConfig = z
  .strictObject({
    dir: path
      .default('/etc/opensips/sipward')
      .describe('Directory for the rendered files; sipward keeps the allowlist there, too.'),
    events: path
      .default('/var/lib/sipward/opensips-events.log')
      .describe('File that OpenSIPS appends signals to; the same as in the source that reads it.'),
    stream: endpointValue()
      .optional()
      .meta({ examples: ['192.0.2.9:8050'] })
      .describe(
        'A sipward on another host that signals are sent to as well: where its source opensips-stream listens.',
      ),
    mi: opensipsMiValue().describe('Management interface of OpenSIPS, on loopback.'),
    binary: z
      .string()
      .min(1)
      .default('opensips')
      .describe('The OpenSIPS program: check tries it, and render looks for its modules beside it.'),
    'modules-dir': path.optional().describe("Directory of OpenSIPS' modules, if it is not the built-in one."),
    listen: z.array(socketValue).default([]).describe('Where the complete SBC listens.'),
    workers: z.int().min(1).max(256).default(4).describe('Worker processes of each UDP socket, and for all TCP.'),
    domains: z
      .array(domainConfig)
      .default([])
      .describe('SIP domains that are served. Requests for others are refused; empty: domains are not checked.'),
    'back-ends': z.array(backEndValue).default([]).describe('Asterisk servers behind the SBC; always trusted.'),
    trunks: z.array(networkValue()).default([]).describe('Carriers and other peers that are always trusted.'),
    limits: limitsConfig.prefault({}),
    flood: z
      .int()
      .min(10)
      .max(1_000_000)
      .default(150)
      .describe(
        'Packets of one source within 2 seconds from which pike drops them all (it may allow up to 3 times more).',
      ),
    blocked: z
      .enum(['drop', 'answer'])
      .default('drop')
      .describe('What a blocked source gets from OpenSIPS: nothing, or 403. In the kernel it is always dropped.'),
    methods: z
      .array(plain(/^[A-Z]{1,20}$/, 'a SIP method in capitals'))
      .min(1)
      .default([
        'REGISTER',
        'INVITE',
        'ACK',
        'CANCEL',
        'BYE',
        'OPTIONS',
        'INFO',
        'UPDATE',
        'PRACK',
        'REFER',
        'NOTIFY',
        'SUBSCRIBE',
        'MESSAGE',
        'PUBLISH',
      ])
      .describe('Methods that phones may use; others are refused with 405.'),
    'drop-scanners': z
      .boolean()
      .default(true)
      .describe('Known scanners get no answer. false: they are handled as anybody is, for trials with such tools.'),
    scanners: z
      .array(plain(/^[A-Za-z0-9 ._/-]{3,100}$/, 'part of a user agent: letters, digits, blanks and ._/-'))
      .default([])
      .describe('Further user agents that are dropped without an answer.'),
    'emergency-numbers': z
      .array(plain(/^[+]?[0-9]{2,15}$/, 'a number as it is dialled: digits, perhaps after a +'))
      .min(1)
      .max(200)
      .default([...EMERGENCY_NUMBERS])
      .describe(
        'Numbers that a disabled account may call all the same, as phones here dial them: with the digit for an outside line, too, if there is one.',
      ),
    fraud: fraudConfig.prefault({}),
    database: plain(
      /^(none|(mysql|postgres|sqlite|text):\/\/[A-Za-z0-9._:@/%+-]{1,300})$/,
      'none, or a database URL of OpenSIPS such as mysql://opensips:password@localhost/opensips',
    )
      .default('none')
      .describe('Where the complete SBC keeps registrations over a restart. none: in text files of its own.'),
    'tls-certificate': pemFile('the certificate and its chain'),
    'tls-private-key': pemFile('the private key'),
    log: z.enum(['syslog', 'stderr']).default('syslog').describe('Where the complete SBC logs to.'),
  })
  .superRefine((config, context) => {
    if (!config.listen.some(isSecure)) return;
    for (const key of ['tls-certificate', 'tls-private-key'] as const) {
      if (config[key] !== undefined) continue;
      context.addIssue({ code: 'custom', path: [key], message: 'expected a PEM file: tls and wss sockets need it' });
    }
  })
  .describe('OpenSIPS: what `sipward opensips render` writes, and how to reach it.');

export type OpensipsConfig = z.output<typeof opensipsConfig>;
