import type { Network } from '../../lib/network.ts';
import {
  ALLOWED_TABLE,
  addressTable,
  BACK_END_GROUP,
  BLOCKED_NETWORKS_TABLE,
  OWN_GROUP,
  PEERS_TABLE,
  TRUNK_GROUP,
} from '../../lib/opensips/address-table.ts';
import type { TextTable } from '../../lib/opensips/db-text.ts';
import type { OpensipsConfig } from '../config.ts';
import type { FraudRule } from '../fraud-config.ts';
import { peersOf } from '../peers.ts';
import { DROUTING_TABLES } from './empty-tables.ts';

/** The one fraud profile, and the one set of back ends. */
export const FRAUD_PROFILE = 1;
export const BACK_END_SET = 1;

/** Tables that follow from the configuration alone: written by every render. */
export function renderedTables(config: OpensipsConfig): readonly TextTable[] {
  const fraud = config.fraud.enabled ? [fraudTable(config.fraud.rules), ...DROUTING_TABLES] : [];
  return [peersTable(config), domainsTable(config), dispatcherTable(config), ...fraud];
}

/** Tables that the running sipward fills: a render only creates them, empty. */
export function dynamicTables(): readonly TextTable[] {
  return [ALLOWED_TABLE, BLOCKED_NETWORKS_TABLE].map((name) => addressTable(name, []));
}

function peersTable(config: OpensipsConfig): TextTable {
  const { backEnds, trunks, own } = peersOf(config);
  const group = (networks: readonly Network[], id: number) => networks.map((target) => ({ target, group: id }));
  return addressTable(PEERS_TABLE, [
    ...group(backEnds, BACK_END_GROUP),
    ...group(trunks, TRUNK_GROUP),
    ...group(own, OWN_GROUP),
  ]);
}

function domainsTable(config: OpensipsConfig): TextTable {
  return {
    name: 'sipward_domains',
    version: 4,
    columns: ['id(int,auto)', 'domain(string)', 'attrs(string,null)', 'accept_subdomain(int)', 'last_modified(int)'],
    rows: config.domains.map(({ name, enabled }, index) => [index + 1, name, enabled ? 'enabled' : 'disabled', 0, 0]),
  };
}

function dispatcherTable(config: OpensipsConfig): TextTable {
  return {
    name: 'dispatcher',
    version: 9,
    columns: [
      'id(int,auto)',
      'setid(int)',
      'destination(string)',
      'socket(string,null)',
      'state(int)',
      'probe_mode(int)',
      'weight(string)',
      'priority(int)',
      'attrs(string,null)',
      'description(string,null)',
    ],
    rows: config['back-ends'].map((text, index) => [
      index + 1,
      BACK_END_SET,
      `sip:${text}`,
      '',
      0,
      0,
      '1',
      0,
      '',
      `back end ${index + 1}`,
    ]),
  };
}

function fraudTable(rules: readonly FraudRule[]): TextTable {
  const figures = ['cpm', 'call_duration', 'total_calls', 'concurrent_calls', 'sequential_calls'];
  return {
    name: 'fraud_detection',
    version: 1,
    columns: [
      'ruleid(int,auto)',
      'profileid(int)',
      'prefix(string)',
      'start_hour(string)',
      'end_hour(string)',
      'daysoftheweek(string)',
      ...figures.flatMap((figure) => [`${figure}_warning(int)`, `${figure}_critical(int)`]),
    ],
    rows: rules
      .flatMap(perPrefix)
      .map((rule, index) => [
        index + 1,
        FRAUD_PROFILE,
        rule.prefix,
        '00:00',
        '23:59',
        'Mon-Sun',
        ...rule['calls-per-minute'],
        ...rule['call-seconds'],
        ...rule['total-calls'],
        ...rule['concurrent-calls'],
        ...rule['sequential-calls'],
      ]),
  };
}

/** OpenSIPS knows neither a rule for all numbers nor a plus sign: the script turns + into 00. */
function perPrefix(rule: FraudRule): readonly FraudRule[] {
  const prefix = rule.prefix.replace(/^\+/, '00');
  const prefixes = prefix === '' ? [...'0123456789'] : [prefix];
  return prefixes.map((each) => ({ ...rule, prefix: each }));
}
