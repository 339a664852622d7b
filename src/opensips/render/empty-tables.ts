import type { TextTable } from '../../lib/opensips/db-text.ts';

/** Tables that OpenSIPS only wants to find, of no rows: versions and columns as OpenSIPS 3.6 and 4.0 demand them. */
const empty = (name: string, version: number, columns: string): TextTable => ({
  name,
  version,
  columns: columns.split(' '),
  rows: [],
});

/** What `drouting` reads, which `fraud_detection` depends on. */
export const DROUTING_TABLES: readonly TextTable[] = [
  empty(
    'dr_gateways',
    6,
    'id(int,auto) gwid(string) type(int) address(string) strip(int) pri_prefix(string,null) attrs(string,null) probe_mode(int) state(int) socket(string,null) description(string,null)',
  ),
  empty(
    'dr_rules',
    4,
    'ruleid(int,auto) groupid(string) prefix(string) timerec(string,null) priority(int) routeid(string,null) gwlist(string,null) sort_alg(string) sort_profile(int,null) attrs(string,null) description(string,null)',
  ),
  empty(
    'dr_carriers',
    3,
    'id(int,auto) carrierid(string) gwlist(string) flags(int) sort_alg(string) state(int) attrs(string,null) description(string,null)',
  ),
  empty('dr_groups', 2, 'id(int,auto) username(string) domain(string,null) groupid(int) description(string,null)'),
];

/** Registered contacts, when there is no database server. */
export const LOCATION_TABLE: TextTable = empty(
  'location',
  1013,
  'contact_id(long,auto) username(string) domain(string,null) contact(string) received(string,null) path(string,null) expires(int) q(double) callid(string) cseq(int) last_modified(int) flags(int) cflags(string,null) user_agent(string) socket(string,null) methods(int,null) sip_instance(string,null) kv_store(string,null) attr(string,null)',
);
