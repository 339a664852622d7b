import { readFileSync } from 'node:fs';
import { Address } from '../lib/address.ts';

/** Sessions are not nested deeper. */
const MAX_ANCESTORS = 64;

/**
 * Where the person who types this is logged in from; undefined if not over SSH. sshd says so in SSH_CONNECTION, which
 * sudo takes out of the environment: then that of the shell it was typed in is asked.
 */
export function sshClient(env: Readonly<Record<string, string | undefined>>): Address | undefined {
  const connection = env.SSH_CONNECTION ?? inherited();
  return Address.parse(connection?.split(' ')[0] ?? '');
}

/** SSH_CONNECTION of the nearest ancestor that has one and may be asked (proc(5)). */
function inherited(): string | undefined {
  let pid = process.ppid;
  for (let i = 0; i < MAX_ANCESTORS && pid > 1; i++) {
    const found = read(pid, 'environ')
      .split('\0')
      .find((entry) => entry.startsWith('SSH_CONNECTION='));
    if (found !== undefined) return found.slice('SSH_CONNECTION='.length);
    pid = Number(/^PPid:\s*(\d+)$/m.exec(read(pid, 'status'))?.[1] ?? 0);
  }
  return undefined;
}

/** Empty where there is no /proc, or it may not be read: then nothing is known of a session. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
