import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { withCli } from './cli.testkit.ts';
import { processIo } from './process-io.ts';

const MAIN = new URL('./main.ts', import.meta.url).pathname;

describe('processIo', () => {
  it('is the process itself, and asks for no signal by being made', () => {
    const before = process.listenerCount('SIGINT');
    const io = processIo();
    assert.equal(io.cwd, process.cwd());
    assert.equal(io.env, process.env);
    assert.notEqual(io.user, '');
    assert.ok(io.stdout.columns > 0);
    assert.ok(Math.abs(io.clock() - Date.now()) < 1000);
    assert.equal(process.listenerCount('SIGINT'), before);
  });

  it('lets the first Ctrl-C end a command that waits', () =>
    withCli(async (cli) => {
      const argv = [MAIN, '--state-dir', `${cli.directory}/state`, 'allow', 'import', '-'];
      const child = spawn(process.execPath, argv, {
        stdio: ['pipe', 'ignore', 'inherit'],
        env: { ...process.env, SIPWARD_CONFIG: '/dev/null' },
      });
      await once(child, 'spawn');
      child.kill('SIGINT');
      const [code, signal] = await once(child, 'exit');
      assert.deepEqual([code, signal], [null, 'SIGINT']);
    }));

  it('ends without noise when the reader has seen enough', () =>
    withCli(async (cli) => {
      const argv = [MAIN, '--state-dir', `${cli.directory}/state`, 'config', 'schema'];
      const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.destroy();
      const errors: string[] = [];
      child.stderr.on('data', (chunk) => errors.push(String(chunk)));
      const [code] = await once(child, 'exit');
      assert.deepEqual([code, errors.join('')], [0, '']);
    }));

  it('names the person behind sudo', () => {
    const before = process.env.SUDO_USER;
    try {
      process.env.SUDO_USER = 'ann';
      assert.equal(processIo().user, 'ann');
    } finally {
      if (before === undefined) delete process.env.SUDO_USER;
      else process.env.SUDO_USER = before;
    }
  });
});
