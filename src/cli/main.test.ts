import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { PACKAGE_ROOT } from '../config/state-dir.ts';
import { withCli } from './cli.testkit.ts';
import { processIo } from './process-io.ts';
import { createProgram } from './program.ts';

describe('main: the command line itself', () => {
  for (const [argv, code, message] of [
    [['blcok', '203.0.113.7'], 2, /unknown command 'blcok'\n\(Did you mean block\?\)/],
    [['allow', 'ad', '192.0.2.1'], 2, /unknown command 'ad'\n\(Did you mean add\?\)/],
    [['block'], 2, /missing required argument 'address'/],
    [['block', '203.0.113.7', '--four', '1h'], 2, /unknown option '--four'\n\(Did you mean --for\?\)/],
    [['blocks', 'extra'], 2, /too many arguments for 'blocks'/],
    [['events', '--limit', 'ten'], 2, /expected a whole number, got "ten"/],
    [['allow'], 2, /Usage: sipward allow/],
    [[], 2, /Usage: sipward/],
  ] as const) {
    it(`${JSON.stringify(argv)} ends with ${code}`, () =>
      withCli(async (cli) => {
        const run = await cli.run(argv);
        assert.equal(run.code, code);
        assert.match(run.stderr, message);
        assert.equal(run.stdout, '');
      }));
  }

  it('prints help and version on standard output, and succeeds', () =>
    withCli(async (cli) => {
      for (const argv of [['--help'], ['help'], ['help', 'block'], ['block', '-h'], ['allow', 'add', '--help']]) {
        const run = await cli.run(argv);
        assert.equal(run.code, 0, argv.join(' '));
        assert.match(run.stdout, /^Usage: sipward/);
        assert.equal(run.stderr, '');
      }
      assert.match((await cli.run(['events', '--help'])).stdout, /its options: sipward events list --help\n$/);
      assert.match((await cli.run(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
    }));

  it('takes global options before and after the command', () =>
    withCli(async (cli) => {
      const before = await cli.run(['--json', 'blocks']);
      const after = await cli.run(['blocks', '--json']);
      assert.deepEqual(JSON.parse(before.stdout), { blocks: [], more: false });
      assert.equal(after.stdout, before.stdout);
      const nested = await cli.run(['allow', 'list', '--json']);
      assert.deepEqual(JSON.parse(nested.stdout).entries, []);
    }));

  it('ends with 78 for a bad configuration, whatever the command', () =>
    withCli(async (cli) => {
      cli.write('bad.yaml', 'enforcment: enforce\nweb: 7\n');
      for (const command of [['check'], ['blocks'], ['block', '203.0.113.7']]) {
        const run = await cli.run(['--config', 'bad.yaml', ...command]);
        assert.equal(run.code, 78);
        assert.match(run.stderr, /^sipward: .*bad\.yaml:1:1: enforcment: unknown key \(did you mean enforcement\?\)/);
        assert.match(run.stderr, /\nsipward: .*bad\.yaml:2:6: web: expected a mapping/);
      }
    }));

  it('says what is wrong when the state directory cannot be made', () =>
    withCli(async (cli) => {
      const file = cli.write('file', '');
      const run = await cli.run(['--state-dir', join(file, 'state'), 'blocks']);
      assert.equal(run.code, 1);
      assert.match(run.stderr, /^sipward: .*ENOTDIR/);
    }));
});

describe('main: every command', () => {
  for (const command of leaves(createProgram(processIo()).root)) {
    it(`${path(command)} has a sentence, an example that names it, and described options`, () => {
      assert.match(command.summary(), /^[A-Z].*\.$/);
      const help = helpOf(command);
      assert.match(
        help,
        new RegExp(
          `\\$ sipward .*${path(command)
            .replace(/^sipward /, '')
            .replace(' list', '( list)?')}`,
        ),
      );
      for (const option of command.options) assert.notEqual(option.description, '', option.flags);
      for (const argument of command.registeredArguments) assert.notEqual(argument.description, '', argument.name());
    });
  }
});

describe('bin/sipward', () => {
  const run = promisify(execFile);
  const program = join(PACKAGE_ROOT, 'bin/sipward');

  it('runs from anywhere and passes the exit code on', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'sipward-bin-'));
    try {
      const env = { ...process.env, SIPWARD_CONFIG: '/dev/null' };
      const good = await run(program, ['check', '--json', '--state-dir', 'state'], { cwd, env });
      assert.equal(JSON.parse(good.stdout).stateDir, join(cwd, 'state'));
      await assert.rejects(run(program, ['--config', 'absent.yaml', 'check'], { cwd, env }), { code: 78 });
      await assert.rejects(run(program, ['frobnicate'], { cwd, env }), { code: 2 });
      const blocked = await run(program, ['block', '203.0.113.7', '--state-dir', 'state'], { cwd, env });
      assert.match(blocked.stdout, /^Blocked 203\.0\.113\.7 until /);
      assert.match(blocked.stderr, /No daemon is running/);
      // The first line is enough for `head`; that is no error.
      const { stdout } = await run('sh', ['-c', '"$0" blocks --state-dir state | head -n 1', program], { cwd, env });
      assert.match(stdout, /^TARGET/);
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
});

function leaves(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function path(command: Command): string {
  return command.parent === null ? command.name() : `${path(command.parent)} ${command.name()}`;
}

function helpOf(command: Command): string {
  const text: string[] = [];
  command.configureOutput({ writeOut: (part) => void text.push(part) });
  command.outputHelp();
  return text.join('');
}
