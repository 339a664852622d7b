import { endpointText } from '../../lib/config-values.ts';
import { BACK_END_GROUP, TRUNK_GROUP } from '../../lib/opensips/address-table.ts';
import { SCANNER_USER_AGENTS } from '../../pipeline/scanner-user-agents.ts';
import type { OpensipsConfig } from '../config.ts';
import { BACK_END_SET, FRAUD_PROFILE } from './tables.ts';
import type { TemplateValues } from './template.ts';

/** Challenges sent within a minute that are remembered at most; more than that stay unproven. */
const MAX_CHALLENGES = 100_000;

/** An INVITE that was challenged and not sent again with credentials within this time was no call. */
const ANSWER_SECONDS = 8;

/** Sources with refusals to be counted, and INVITEs that wait for an answer. */
const QUEUE_SIZE = 8192;

const COLLECTIONS =
  'sipward_blocks=14; sipward_disabled=8; sipward_challenges=12; sipward_known=12; sipward_counters=12';

/** Modules of the security routes, in an order that satisfies their dependencies. */
export function securityModules(config: OpensipsConfig): readonly string[] {
  return [
    'db_text',
    'signaling',
    'sl',
    'tm',
    'rr',
    'maxfwd',
    'sipmsgops',
    'textops',
    'statistics',
    'dialog',
    'cachedb_local',
    'permissions',
    'ratelimit',
    'pike',
    'mqueue',
    'event_flatstore',
    ...(config.stream === undefined ? [] : ['event_stream', 'event_route']),
    ...(config.domains.length > 0 ? ['domain'] : []),
    ...(config.fraud.enabled ? ['drouting', 'fraud_detection'] : []),
    'httpd',
    'mi_http',
  ];
}

/** What the templates of the security routes ask for. */
export function securityValues(config: OpensipsConfig, loaded: ReadonlySet<string>): TemplateValues {
  const mi = new URL(config.mi);
  const flag = (on: boolean) => (on ? 'yes' : '');
  const limits = config.limits;
  return {
    dir: config.dir,
    events: config.events,
    stream: flag(config.stream !== undefined),
    'stream-to': config.stream === undefined ? '' : endpointText(config.stream),
    mpath: config['modules-dir'] === undefined ? '' : withSlash(config['modules-dir']),
    'load-modules': securityModules(config)
      .filter((name) => !loaded.has(name))
      .map((name) => `loadmodule "${name}.so"`)
      .join('\n'),
    'cache-collections': COLLECTIONS,
    'flood-density': String(config.flood),
    mi: flag(!loaded.has('mi_http')),
    'mi-host': mi.hostname.replace(/[[\]]/g, ''),
    'mi-port': mi.port,
    'mi-root': mi.pathname.slice(1),
    domains: flag(config.domains.length > 0),
    drouting: flag(config.fraud.enabled && !loaded.has('drouting')),
    fraud: flag(config.fraud.enabled),
    'fraud-profile': String(FRAUD_PROFILE),
    'answer-blocked': flag(config.blocked === 'answer'),
    'account-domain': config.domains.length > 0 ? '$var(sipward_domain)' : '',
    'emergency-numbers': config['emergency-numbers'].map((number) => number.replace('+', '[+]')).join('|'),
    validate: 'rft',
    'drop-scanners': flag(config['drop-scanners']),
    scanners: scannerPattern(config.scanners),
    methods: config.methods.join('|'),
    allow: config.methods.join(', '),
    'limit-register': String(limits.register),
    'limit-invite': String(limits.invite),
    'limit-options': String(limits.options),
    'limit-other': String(limits.other),
    'known-factor': String(limits['known-factor']),
    sources: String(limits.sources),
    buckets: '4096',
    challenges: String(MAX_CHALLENGES),
    'queue-size': String(QUEUE_SIZE),
    // Room for what several workers add at the same time.
    'queue-room': String(QUEUE_SIZE - 256),
    'answer-seconds': String(ANSWER_SECONDS),
    'group-back-ends': String(BACK_END_GROUP),
    'group-trunks': String(TRUNK_GROUP),
    'back-end-set': String(BACK_END_SET),
    'security-includes': securityFiles(config)
      .filter((name) => name !== 'modules.cfg')
      .map((name) => `include_file "${config.dir}/security/${name}"`)
      .join('\n'),
  };
}

/** The files of the security routes that this configuration needs. */
export function securityFiles(config: OpensipsConfig): readonly string[] {
  return [
    'modules.cfg',
    'signals.cfg',
    ...(config.stream === undefined ? [] : ['stream.cfg']),
    'gate.cfg',
    'credentials.cfg',
    'accounts.cfg',
    'limits.cfg',
    'floods.cfg',
    ...(config.domains.length > 0 ? ['domains.cfg'] : []),
    'replies.cfg',
    'calls.cfg',
    ...(config.fraud.enabled ? ['fraud.cfg'] : []),
  ];
}

/** An extended regular expression (OpenSIPS ignores case); a user agent is matched anywhere, as in the scanner detector. */
function scannerPattern(further: readonly string[]): string {
  const agents = [...SCANNER_USER_AGENTS, ...further.map((agent) => agent.toLowerCase())];
  return [...new Set(agents)].map((agent) => agent.replaceAll('.', '[.]')).join('|');
}

export function withSlash(dir: string): string {
  return dir.endsWith('/') ? dir : `${dir}/`;
}
