import { isSecure, type OpensipsConfig, socketHost } from '../config.ts';
import type { TemplateValues } from './template.ts';

/** The files of the complete SBC besides the security routes. */
export function sbcFiles(config: OpensipsConfig): readonly string[] {
  return [
    'opensips.cfg',
    'modules.cfg',
    ...(config.listen.some(isSecure) ? ['tls.cfg'] : []),
    'requests.cfg',
    'nat.cfg',
    'phones.cfg',
    'back-ends.cfg',
  ];
}

/** What the templates of the complete SBC ask for besides `securityValues`. */
export function sbcValues(config: OpensipsConfig): TemplateValues {
  const listens = (...transports: readonly string[]) =>
    config.listen.some((socket) => transports.includes(socket.slice(0, socket.indexOf(':')))) ? 'yes' : '';
  const database = config.database === 'none' ? `text://${config.dir}/location` : config.database;
  return {
    sockets: config.listen.map((socket) => `socket=${socket}`).join('\n'),
    workers: String(config.workers),
    // OpenSIPS 4.0 does not start with a transport that has no socket.
    'proto-tcp': listens('tcp'),
    tcp: listens('tcp', 'tls', 'ws', 'wss'),
    ws: listens('ws'),
    wss: listens('wss'),
    tls: listens('tls', 'wss'),
    'tls-certificate': config['tls-certificate'] ?? '',
    'tls-private-key': config['tls-private-key'] ?? '',
    database,
    'database-module': databaseModule(config.database),
    'log-syslog': config.log === 'syslog' ? 'yes' : 'no',
    'log-stderr': config.log === 'stderr' ? 'yes' : 'no',
    'sbc-permits': [...new Set(config.listen.map(socketHost))].map((host) => `permit=${host}`).join('\n'),
    'ping-domain': config.domains[0]?.name ?? 'localhost',
  };
}

function databaseModule(url: string): string {
  const scheme = url.slice(0, url.indexOf(':'));
  return scheme === 'text' || url === 'none' ? '' : `db_${scheme}`;
}
