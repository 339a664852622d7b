/** The kinds of sources. A new one is added here. */
import { decoyConfig } from './decoy/config.ts';
import { Decoy } from './decoy/decoy.ts';
import { fileTailConfig } from './file-tail/config.ts';
import { FileTail } from './file-tail/file-tail.ts';
import { hepConfig } from './hep/config.ts';
import { Hep } from './hep/hep.ts';
import { journaldConfig } from './journald/config.ts';
import { Journald } from './journald/journald.ts';
import { opensipsStreamConfig } from './opensips-stream/config.ts';
import { OpensipsStream } from './opensips-stream/opensips-stream.ts';
import { defineSource, type SourceKind } from './source.ts';

export const SOURCES: readonly SourceKind[] = [
  defineSource({
    type: 'file-tail',
    description: 'the lines appended to a log file',
    schema: fileTailConfig,
    create: (config, context) => new FileTail(config, context),
  }),
  defineSource({
    type: 'decoy',
    description: 'an own SIP listener on UDP and TCP that answers like a PBX without users',
    schema: decoyConfig,
    create: (config, context) => new Decoy(config, context),
  }),
  defineSource({
    type: 'hep',
    description:
      'SIP traffic as capture agents report it: OpenSIPS tracer, Kamailio siptrace, Asterisk, FreeSWITCH, heplify',
    schema: hepConfig,
    create: (config, context) => new Hep(config, context),
  }),
  defineSource({
    type: 'journald',
    description: 'messages of SIP servers in the journal of systemd',
    schema: journaldConfig,
    create: (config, context) => new Journald(config, context),
  }),
  defineSource({
    type: 'opensips-stream',
    description: 'signals of OpenSIPS on other hosts, sent by event_stream',
    schema: opensipsStreamConfig,
    create: (config, context) => new OpensipsStream(config, context),
  }),
];
