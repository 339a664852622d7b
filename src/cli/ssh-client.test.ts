import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { sshClient } from './ssh-client.ts';

const MODULE = new URL('./ssh-client.ts', import.meta.url).href;
const PRINT = `const { sshClient } = await import('${MODULE}'); console.log(sshClient(process.env)?.text)`;

describe('the address somebody is logged in from', () => {
  for (const [connection, expected] of [
    ['198.51.100.20 50000 192.0.2.1 22', '198.51.100.20'],
    ['2001:db8::9 50000 2001:db8::1 22', '2001:db8::9'],
    ['::ffff:198.51.100.20 50000 ::ffff:192.0.2.1 22', '198.51.100.20'],
    ['UNKNOWN 65535 UNKNOWN 65535', undefined],
  ] as const) {
    it(`is ${expected} of "${connection}"`, () =>
      assert.equal(sshClient({ SSH_CONNECTION: connection })?.text, expected));
  }

  it('is known under sudo, too, which takes it out of the environment', {
    skip: !existsSync('/proc/self/environ') && 'no /proc on this system',
  }, () => {
    // A shell of the session, in it one more, and a program that does not inherit what the shells have.
    const script = 'sh -c \'env -u SSH_CONNECTION "$0" --input-type=module -e "$1"; true\' "$0" "$1"; true';
    const said = execFileSync('sh', ['-c', script, process.execPath, PRINT], {
      encoding: 'utf8',
      env: { ...process.env, SSH_CONNECTION: '198.51.100.20 50000 192.0.2.1 22' },
    });
    assert.equal(said, '198.51.100.20\n');
  });
});
