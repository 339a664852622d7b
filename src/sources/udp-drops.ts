import { readFileSync } from 'node:fs';

const TABLES = ['/proc/net/udp', '/proc/net/udp6'];

/**
 * How many datagrams the kernel has dropped on sockets bound to these ports, because they were not read in time. 0 where
 * the system does not say.
 */
export function udpDrops(ports: readonly number[]): number {
  return TABLES.reduce((sum, table) => sum + dropsIn(read(table), ports), 0);
}

/** Lines are `sl local_address … drops`; the local address is hexadecimal with the port behind a colon. */
export function dropsIn(table: string, ports: readonly number[]): number {
  let drops = 0;
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const port = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16);
    if (ports.includes(port)) drops += Number(fields.at(-1));
  }
  return drops;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Not Linux, or no such protocol.
    return '';
  }
}
