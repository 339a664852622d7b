/** What the parser makes of the torture messages of RFC 4475 and RFC 5118; writes `docs/sip-torture.md` when run. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultOf, parseSip, type SipRequest, type SipResponse } from '../../src/lib/sip/index.ts';
import { corporaFile } from '../support/corpora.ts';

export const TORTURE_PAGE = fileURLToPath(new URL('../../docs/sip-torture.md', import.meta.url));

const SETS = [
  ['RFC 4475, valid messages (section 3.1.1)', 'sip/rfc4475/valid'],
  ['RFC 4475, other messages (sections 3.1.2 to 3.4)', 'sip/rfc4475/invalid'],
  ['RFC 5118, IPv6', 'sip/rfc5118'],
] as const;

/** Why a message that the RFC has doubts about is read, or a reading deserves a word. */
const NOTES: Readonly<Record<string, string>> = {
  badaspec: 'blanks inside the angle brackets of To',
  badbranch: 'the branch is the bare magic cookie; it is passed on as it is',
  baddate: 'dates are not read',
  baddn: 'a display name with a comma and no quotes is harmless by position',
  badinv01: 'empty parameters are passed over',
  badvers: 'another version of SIP',
  bcast: "where a response was sent is not the parser's business",
  bext01: "extensions that are required are not the parser's business",
  bigcode: 'status out of range, without overflow',
  clerr: 'promises more body than there is',
  cparam01: 'an unknown contact parameter is passed over',
  cparam02: 'an unknown contact parameter is passed over',
  escruri: 'header fields in the request URI are kept apart from host and user',
  inv2543: 'no branch: a client of RFC 2543',
  invut: 'bodies are not read',
  lwsruri: 'a blank in the request URI',
  lwsstart: 'blanks too many in the start line',
  mcl01: 'which of two lengths is true cannot be known',
  ncl: 'a negative length',
  novelsc: 'an unknown scheme: no user, no host',
  quotbal: 'a quote that never closes',
  regaut01: 'an unknown scheme of credentials: no parameters',
  regbadct: 'header fields in a contact without brackets',
  regescrt: 'header fields in a contact',
  scalar02: 'CSeq out of range, without overflow',
  scalarlg: 'CSeq out of range, without overflow',
  sdp01: 'bodies are not read',
  test: 'a request line without a version',
  trws: 'a blank at the end of the start line',
  unkscm: 'an unknown scheme: no user, no host',
  unksm2: 'unknown schemes: no user, no host',
  zeromf: 'hop counts are for those that forward',
  escnull: 'an escaped NUL is a character of the user',
  RFC5118_4_2: 'an IPv6 address without brackets is no host',
  RFC5118_4_6: 'the body is shorter here than it says',
  RFC5118_4_10_1: 'three colons in an address: read, as the RFC asks',
};

/** The page, or undefined where the messages are not at hand. */
export function torturePage(): string | undefined {
  const sections = SETS.map(([title, path]) => {
    const directory = corporaFile(path);
    return directory === undefined ? undefined : `## ${title}\n\n${table(directory)}`;
  });
  return sections.includes(undefined) ? undefined : [HEAD, ...sections].join('\n\n').replace(/\n{3,}/g, '\n\n');
}

const HEAD = `# What the SIP parser makes of the torture messages

Made by \`npm run torture\` from the messages printed in RFC 4475 and RFC 5118, which are not part of the
project. *Fault* is what \`parseSip\` or \`faultOf\` says; a request with a fault is answered with 400 by the decoy and is a
\`malformed\` signal. The other columns are the values that were read all the same (●) or could not be (○).`;

function table(directory: string): string {
  const head = '| message | read as | fault | URI | Via | From | To | CSeq | note |';
  const rows = globSync(`${directory}/*`).sort().map(row);
  return [head, '|---|---|---|---|---|---|---|---|---|', ...rows, ''].join('\n');
}

function row(file: string): string {
  const name = basename(file).replace(/\.[a-z]+$/, '');
  const parsed = parseSip(readFileSync(file));
  const message = parsed.kind === 'malformed' ? parsed.message : parsed;
  const fault = parsed.kind === 'malformed' ? parsed.reason : faultOf(parsed);
  const cells = [name, readAs(message), fault ?? '', ...marks(message), NOTES[name] ?? ''];
  return `| ${cells.join(' | ')} |`;
}

function readAs(message: SipRequest | SipResponse | undefined): string {
  if (message === undefined) return 'nothing';
  if (message.kind === 'response') return message.status === 0 ? 'response' : `response ${message.status}`;
  return /^[A-Z]+$/.test(message.method) ? message.method : 'other method';
}

function marks(message: SipRequest | SipResponse | undefined): string[] {
  if (message === undefined) return ['', '', '', '', ''];
  const uri = message.kind === 'request' ? mark(message.uri) : '';
  return [uri, mark(message.via), mark(message.from?.uri), mark(message.to?.uri), mark(message.cseq)];
}

function mark(value: unknown): string {
  return value === undefined ? '○' : '●';
}

if (import.meta.main) {
  const page = torturePage();
  if (page === undefined) throw new Error('the torture messages are not at hand: set $SIPWARD_CORPORA');
  writeFileSync(TORTURE_PAGE, page);
}
